"""The load tests of loadtests/, run by Node in place of k6."""
