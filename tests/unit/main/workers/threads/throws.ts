throw new Error('a bug in the thread')
