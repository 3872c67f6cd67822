import { refusal } from '@letopis/kernel';
import { problemOf } from './problems';

describe('A problem', () => {
  test('tells what its refusal tells beside', () => {
    expect(problemOf(refusal('UNKNOWN_COMMAND', { name: 'Nope' }), 'en', 'story')).toEqual({
      type: 'urn:letopis:problem:UNKNOWN_COMMAND',
      title: 'There is no command «Nope»',
      status: 404,
      code: 'UNKNOWN_COMMAND',
      correlationId: 'story',
      name: 'Nope',
    });
  });

  test('keeps the members that RFC 9457 gives a meaning, whatever the parameters of its refusal are called', () => {
    const problem = problemOf(refusal('INVALID_STATE', { status: 'active', type: 'x', title: 'x', code: 'x' }), 'en', 'story');
    expect(problem).toMatchObject({ type: 'urn:letopis:problem:INVALID_STATE', status: 409, code: 'INVALID_STATE' });
    expect(problem.title).toBe('Not possible in the status «active»');
  });
});
