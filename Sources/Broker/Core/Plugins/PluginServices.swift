/// What a plug-in is given to do its work with: its only input and output.
public struct PluginServices: Sendable {
  /// Sends requests; one that would take a secret where it may not go is refused.
  public let transport: any HTTPTransport
  /// Clocks and randomness.
  public let time: TimeSource
  /// Reads files.
  public let files: any FileReading
  /// Runs programs.
  public let programs: any ProgramRunning
  /// The job's variables, for a plug-in whose declaration lists those that it may have.
  public let environment: Environment
  /// In a rehearsal, the sandbox's origin that stands in for a registry's own; nil in reality.
  public let rehearsalOrigin: Origin?
  /// Whether this is a rehearsal: nothing goes to hosts that are real.
  public let isRehearsal: Bool
  /// Where the secrets of the run may go; a plug-in that has a secret of its own binds it here.
  public let bindings: SecretBindings

  /// Services of a run; without files or programs, asking for one fails.
  public init(
    transport: any HTTPTransport, time: TimeSource, files: any FileReading = NoFiles(),
    programs: any ProgramRunning = NoPrograms(), environment: Environment = Environment(),
    rehearsalOrigin: Origin? = nil, isRehearsal: Bool = false, bindings: SecretBindings = SecretBindings()
  ) {
    self.transport = GuardedTransport(transport: transport, bindings: bindings)
    self.bindings = bindings
    self.time = time
    self.files = files
    self.programs = programs
    self.environment = environment
    self.rehearsalOrigin = rehearsalOrigin
    self.isRehearsal = isRehearsal || rehearsalOrigin != nil
  }

  /// Services that do nothing, for plug-ins that are made to be looked at.
  static let none = PluginServices(transport: NoTransport(), time: .none)
}

/// Reads whole files of a limited length.
public protocol FileReading: Sendable {
  /// The contents of a regular file.
  ///
  /// - Parameters:
  ///   - path: The path; a symbolic link is followed.
  ///   - maximumBytes: The greatest length.
  /// - Returns: The bytes.
  /// - Throws: ``ErrorCode/fileUnreadable`` if it cannot be read, is not a regular file, or is too long.
  func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8]

  /// The length of a regular file in bytes.
  ///
  /// - Throws: ``ErrorCode/fileUnreadable`` if it cannot be read or is not a regular file.
  func size(of path: String) throws(BrokerError) -> Int

  /// A piece of a regular file; shorter than `count` bytes where the file ends.
  ///
  /// - Throws: ``ErrorCode/fileUnreadable`` if it cannot be read or is not a regular file.
  func read(_ path: String, from offset: Int, count: Int) throws(BrokerError) -> [UInt8]
}

extension FileReading {
  /// The length of what is read whole.
  public func size(of path: String) throws(BrokerError) -> Int {
    try read(path, maximumBytes: Self.wholeLimit).count
  }

  /// A piece of what is read whole.
  public func read(_ path: String, from offset: Int, count: Int) throws(BrokerError) -> [UInt8] {
    Array(try read(path, maximumBytes: Self.wholeLimit).dropFirst(max(0, offset)).prefix(max(0, count)))
  }

  private static var wholeLimit: Int { 64 * 1024 * 1024 }
}

/// Runs programs, without a shell and within limits.
public protocol ProgramRunning: Sendable {
  /// Runs a program to its end, or to its deadline.
  ///
  /// The program has the variables and the folder that it is given and no others, no open file beside its three streams, and
  /// no terminal. It leads a process group: whatever of the group is left when the program has ended, or when it must
  /// not go on, is ended. What it wrote is complete when it has ended; what others write behind that is not read.
  ///
  /// - Returns: How it ended, and what it wrote.
  /// - Throws: ``ErrorCode/programRefused`` if its file is not what it is held to; ``ErrorCode/programFailed`` if it cannot be started, is to read or writes more than it may, or does not end in
  ///   time; ``ErrorCode/interrupted`` if the task was cancelled.
  func run(_ program: Program) async throws(BrokerError) -> ProgramResult
}

/// A program to run: its words, what it may read, and its limits.
public struct Program: Sendable {
  /// The program's file, an absolute path, and its arguments.
  public let words: [String]
  /// All of its variables.
  public let environment: [String: String]
  /// What it reads from standard input, which is closed behind that; it need not read it.
  public let input: [UInt8]
  /// The greatest length of what it reads from standard input, of what it writes to standard output, and of what it writes
  /// to standard error, in bytes.
  public let maximumBytes: Int
  /// The folder that it runs in, an absolute path.
  public let folder: String
  /// The time that it may take; then it is asked to end, and ended a second later.
  public let limit: Duration
  /// How much longer it may run when the task is cancelled, at most to its limit.
  public let grace: Duration
  /// What its file is held to before it is run.
  public let provenance: Provenance

  /// What a program's file is held to before it is run.
  public enum Provenance: Sendable, Equatable {
    /// Nothing.
    case any
    /// Nobody but root and the user of this process may have written it, or put another file in its place.
    case owned
    /// It has this SHA-256 (64 lower-case hexadecimal digits), and what was checked is what is run, whatever becomes of the
    /// file meanwhile; who may write it is not asked.
    case digest(String)
  }

  /// A program.
  public init(
    _ words: [String], environment: [String: String] = [:], input: [UInt8] = [], maximumBytes: Int = 64 * 1024,
    limit: Duration = .seconds(10), folder: String = "/", grace: Duration = .zero, provenance: Provenance = .any
  ) {
    self.folder = folder
    self.words = words
    self.environment = environment
    self.input = input
    self.maximumBytes = maximumBytes
    self.limit = limit
    self.grace = grace
    self.provenance = provenance
  }
}

/// How a program ended, and what it wrote.
public struct ProgramResult: Sendable {
  /// Its exit status; nil if a signal ended it.
  public let status: Int32?
  /// The signal that ended it; nil if it ended by itself.
  public let signal: Int32?
  /// Whether another process had its standard output or standard error when it had ended.
  public let isHeld: Bool
  /// What it wrote to standard output.
  public let output: [UInt8]
  /// What it wrote to standard error.
  public let diagnostics: [UInt8]

  /// A result.
  public init(
    status: Int32?, signal: Int32? = nil, output: [UInt8], diagnostics: [UInt8], isHeld: Bool = false
  ) {
    self.status = status
    self.signal = signal
    self.isHeld = isHeld
    self.output = output
    self.diagnostics = diagnostics
  }
}

/// Reads no file.
public struct NoFiles: FileReading {
  /// For services without files.
  public init() {}

  /// Fails.
  public func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] {
    throw BrokerError(.fileUnreadable, "No file can be read here.")
  }
}

/// Runs no program.
public struct NoPrograms: ProgramRunning {
  /// For services without programs.
  public init() {}

  /// Fails.
  public func run(_ program: Program) async throws(BrokerError) -> ProgramResult {
    throw BrokerError(.programFailed, "No program can be run here.")
  }
}

/// Sends nothing.
struct NoTransport: HTTPTransport {
  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    throw HTTPFailure(.unavailable, arrival: .nothingSent)
  }
}

extension TimeSource {
  /// Time that stands still.
  static let none = TimeSource(now: { UnixTime(0) }, elapsed: { .zero }, sleep: { _ in }, random: { 0 })
}
