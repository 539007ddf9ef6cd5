import Testing

/// The program as its users run it. One test at a time: two ranks fill two cores.
@Suite(.serialized) struct CommandTests {}
