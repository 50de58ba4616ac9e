"""Runs the modules *_test.py of this folder and prints 'N passed, N failed, N skipped'."""
import importlib
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))


class Result(unittest.TextTestResult):
    """Prints each test as it ends, with its time; counts those that passed."""

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def stopTest(self, test):
        broken = any(test is t for t, _ in self.failures + self.errors)
        word = 'FAILED' if broken else 'skip' if any(test is t for t, _ in self.skipped) else 'ok'
        print(f'{word:6} {test.id()}  {time.monotonic() - self.began:.1f} s', flush=True)
        super().stopTest(test)


def suite(names):
    loader = unittest.TestLoader()
    if not names:
        names = sorted(p.stem for p in HERE.glob('*_test.py'))
    for name in names:
        importlib.import_module(name.split('.')[0])
    return loader.loadTestsFromNames(names)


def main():
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=Result)
    result = runner.run(suite(sys.argv[1:]))
    failed = len({id(t) for t, _ in result.failures + result.errors})
    passed = max(result.testsRun - failed - len(result.skipped), 0)
    print(f'\n{passed} passed, {failed} failed, {len(result.skipped)} skipped')
    sys.exit(1 if failed or passed == 0 else 0)


main()
