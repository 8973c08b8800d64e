"""What Python programs around Larder need besides the Thrift stubs.

tuples    keys made of typed parts, whose bytes sort as the parts do
envelope  an optional frame around values that says what they are
testing   a server inside a test, with faults on demand; pytest_plugin has fixtures of it
"""
