console.log('letopis');
