// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A command of the user's as a process group of its own, with pipes for its three streams.
///
/// Reading and writing never wait. The group ends with `end()`, when this value goes away, or when this process ends, however it
/// ends: everything that the command has started and that is still in its group is killed. For that the group has a second
/// member, a shell that waits for the end of a pipe that only this process holds open.
public final class CommandProcess {
  public let identifier: Int32
  /// Our ends, non-blocking; −1 when closed.
  private var input: Int32
  private var output: Int32
  private var errors: Int32
  /// Held open as long as this process lives.
  private var leash: Int32
  private var ending: ProcessEnding?
  private var isReaped = false

  /// Waits for the end of descriptor 9 beside the command, and kills the group.
  private static let keeper = """
    (read nothing <&9; kill -9 -$$) </dev/null >/dev/null 2>&1 & exec 9<&- "$@"
    """

  /// Starts `arguments[0]`, looked up in PATH, with `variables` added to the environment. Throws `ENOENT` where there is no such
  /// program.
  public init(
    _ arguments: [String], variables: [(name: String, value: String)] = []
  ) throws(ChannelError) {
    var ends: [Int32] = []
    func giveUp(_ code: Int32) -> ChannelError {
      for end in ends { close(end) }
      return .system(code)
    }
    let program = arguments.first ?? ""
    guard let path = Self.path(of: program) else { throw .system(ENOENT) }
    for _ in 0..<4 {
      var pair: [Int32] = [-1, -1]
      guard pipe(&pair) == 0 else { throw giveUp(errno) }
      for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      ends += pair
    }
    // Children: read end of the first, write ends of the others.
    let (theirs, ours) = ([ends[0], ends[3], ends[5]], [ends[1], ends[2], ends[4]])
    let (slack, leash) = (ends[6], ends[7])
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (stream, end) in theirs.enumerated() { posix_spawn_file_actions_adddup2(&actions, end, Int32(stream)) }
    posix_spawn_file_actions_adddup2(&actions, slack, 9)
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A command expects the usual signals, whatever this process does with them.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGHUP] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var words: [UnsafeMutablePointer<CChar>?] =
      (["sh", "-c", Self.keeper, "sh", path] + arguments.dropFirst()).map {
        strdup($0)
      } + [nil]
    var environment = Self.environment(adding: variables).map { strdup($0) } + [nil]
    defer { for word in words + environment { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, &words, &environment)
    guard code == 0 else { throw giveUp(code) }
    for end in theirs + [slack] { close(end) }
    for end in ours { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }
    identifier = process
    (input, output, errors) = (ours[0], ours[1], ours[2])
    self.leash = leash
  }

  /// Where a program is; nil where there is none that may be run.
  private static func path(of program: String) -> String? {
    if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    for folder in folders.split(separator: ":") {
      let path = "\(folder)/\(program)"
      if !program.isEmpty, access(path, X_OK) == 0, !FilePath.isFolder(path) { return path }
    }
    return nil
  }

  deinit { end() }

  /// Sends a signal to the whole group; nothing after `end()`.
  public func signal(_ number: Int32) {
    if !isReaped { _ = killpg(identifier, number) }
  }

  /// Kills what is left of the group, waits for the leader and closes the pipes. Cost: at most some milliseconds.
  @discardableResult
  public func end() -> ProcessEnding? {
    if !isReaped {
      // Its number is the group's until the leader is waited for, and could be a stranger's afterwards.
      let known = state
      signal(SIGKILL)
      var status: Int32 = 0
      while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
      isReaped = true
      ending = known ?? (status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signal(status & 0x7f))
    }
    for stream in [input, output, errors, leash] where stream >= 0 { close(stream) }
    (input, output, errors, leash) = (-1, -1, -1, -1)
    return ending
  }

  /// How the command ended; nil when it still runs.
  public var state: ProcessEnding? {
    if ending != nil { return ending }
    var information = siginfo_t()
    // The leader stays to be waited for: until then nobody else gets its number.
    guard waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0, information.si_signo != 0
    else { return nil }
    #if canImport(Darwin)
      let code = information.si_status
    #else
      let code = information._sifields._sigchld.si_status
    #endif
    ending = information.si_code == Int32(CLD_EXITED) ? .exited(code) : .signal(code)
    return ending
  }

  // MARK: Streams

  /// What is read from, for `wait`.
  public enum Source: Sendable, Hashable { case output, errors }

  /// Reads what is there, at most `limit` bytes; nil when the stream has ended.
  public func read(_ source: Source, limit: Int = 1 << 16) -> [UInt8]? {
    let descriptor = source == .output ? output : errors
    guard descriptor >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: limit)
    while true {
      let count = bytes.withUnsafeMutableBytes { SystemIO.take(descriptor, $0.baseAddress, limit) }
      if count > 0 { return Array(bytes.prefix(count)) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return [] }
      close(descriptor)
      if source == .output { output = -1 } else { errors = -1 }
      return nil
    }
  }

  /// Writes as much of `bytes` as the pipe takes; the bytes written, nil when the command has closed its input.
  public func write(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard input >= 0 else { return nil }
    while true {
      let count = bytes.withUnsafeBytes { SystemIO.put(input, $0.baseAddress, $0.count) }
      if count >= 0 { return count }
      if errno == EINTR { continue }
      if errno == EAGAIN || errno == EWOULDBLOCK { return 0 }
      closeInput()
      return nil
    }
  }

  /// Tells the command that nothing more comes.
  public func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Waits until one of these commands has something to read or has closed a stream, at most so long.
  public static func wait(for commands: [CommandProcess], seconds: Double) {
    var waiting = commands.flatMap { [$0.output, $0.errors] }.filter { $0 >= 0 }.map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    _ = poll(&waiting, nfds_t(waiting.count), Int32(max(0, min(seconds, 3600)) * 1000))
  }

  private static func environment(adding variables: [(name: String, value: String)]) -> [String] {
    var all: [String] = []
    #if canImport(Darwin)
      let everywhere = UnsafeMutableRawPointer(bitPattern: -2)
    #else
      let everywhere: UnsafeMutableRawPointer? = nil
    #endif
    var place = dlsym(everywhere, "environ")?.load(as: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self)
    while let entry = place?.pointee {
      all.append(String(cString: entry))
      place = place?.successor()
    }
    all.removeAll { entry in variables.contains { entry.hasPrefix($0.name + "=") } }
    return all + variables.map { "\($0.name)=\($0.value)" }
  }
}
