/** The number in E.164, or undefined when it is none. Spaces, brackets and dashes may be there; 11 digits beginning with 8 become +7…. */
export function parsePhone(value: string): string | undefined {
  const text = value.trim();
  if (!/^\+?[\d\s()\-–]+$/.test(text)) return undefined;
  const digits = text.replace(/\D/g, '');
  if (!text.startsWith('+') && digits.length === 11 && digits.startsWith('8')) return `+7${digits.slice(1)}`;
  return digits.length >= 8 && digits.length <= 15 && !digits.startsWith('0') ? `+${digits}` : undefined;
}
