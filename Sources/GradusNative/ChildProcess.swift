// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// How a process ended.
public enum ProcessEnding: Sendable, Hashable, CustomStringConvertible {
  case exited(Int32)
  case signal(Int32)

  public var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .signal(let number): "signal \(number)\(Self.names[number].map { " (\($0))" } ?? "")"
    }
  }

  private static let names: [Int32: String] = [
    SIGSEGV: "segmentation fault", SIGABRT: "aborted", SIGKILL: "killed", SIGBUS: "bus error",
    SIGILL: "illegal instruction",
    SIGFPE: "arithmetic error", SIGTERM: "terminated",
  ]
}

/// A process of ours with one two-way channel as its standard input and output; its standard error goes nowhere.
///
/// The process is expected to end when its input ends, and is killed when this value goes away.
public final class ChildProcess: Sendable {
  public let identifier: Int32
  /// Our end, non-blocking.
  public let channel: ByteChannel
  private let ending = Mutex<ProcessEnding?>(nil)
  /// Processor seconds of the process after its end.
  private let used = Mutex(0.0)

  /// Starts a program without a shell. Cost: about a millisecond, whatever the size of this process.
  public init(executable: String, arguments: [String]) throws(ChannelError) {
    var ends: [Int32] = [-1, -1]
    #if canImport(Darwin)
      guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { throw .system(errno) }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      var on: Int32 = 1
      setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #else
      let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system(errno) }
    #endif
    defer { close(ends[1]) }
    _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
    // Larger buffers mean fewer switches between the two processes; the system may grant less.
    for end in ends {
      var size: Int32 = 1 << 20
      setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, nil, &words, Self.environment)
    guard code == 0 else {
      close(ends[0])
      throw .system(code)
    }
    identifier = process
    channel = ByteChannel(descriptor: ends[0])
  }

  deinit {
    close(channel.descriptor)
    if wait(seconds: 0) != nil { return }
    kill()
    // The system takes its time to give back a large memory; nobody need wait for that.
    let process = identifier
    _ = NativeThread.start {
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }
  }

  /// Ends the process at once.
  public func kill() {
    // A process that was waited for has no identifier any more; the number may belong to another.
    ending.withLock { if $0 == nil { _ = Self.send(SIGKILL, to: identifier) } }
  }

  /// How the process ended, waiting at most so long for it; nil when it still runs.
  public func wait(seconds: Double) -> ProcessEnding? {
    let deadline = MonotonicTime.now + seconds
    while true {
      let known = ending.withLock { ending -> ProcessEnding? in
        if ending == nil {
          var status: Int32 = 0, usage = rusage()
          if wait4(identifier, &status, WNOHANG, &usage) == identifier {
            used.withLock { $0 = usage.ru_utime.seconds + usage.ru_stime.seconds }
            ending = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signal(status & 0x7f)
          }
        }
        return ending
      }
      if known != nil || MonotonicTime.now >= deadline { return known }
      usleep(500)
    }
  }

  /// Processor seconds that the process has used so far, or in all when it was waited for; nil where the system does not
  /// say.
  public var processorSeconds: Double? {
    if wait(seconds: 0) != nil { return used.withLock { $0 } }
    #if canImport(Darwin)
      return nil
    #else
      var clock = clockid_t(), time = timespec()
      guard clock_getcpuclockid(identifier, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    #endif
  }

  private static func send(_ signal: Int32, to process: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.kill(process, signal)
    #elseif canImport(Musl)
      Musl.kill(process, signal)
    #else
      Darwin.kill(process, signal)
    #endif
  }

  /// The variables of this process, as C keeps them.
  private static var environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    // `environ` is a variable that Swift cannot call safe; its address is looked up instead, and only read.
    #if canImport(Darwin)
      let everywhere = UnsafeMutableRawPointer(bitPattern: -2)
    #else
      let everywhere: UnsafeMutableRawPointer? = nil
    #endif
    return dlsym(everywhere, "environ")?
      .load(as: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self)
  }
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + 1e-6 * Double(tv_usec) }
}
