// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a helper process does to its surroundings.
public enum HelperStreams {
  /// A private copy of `descriptor`; where that is standard output, everything printed from now on goes nowhere.
  ///
  /// Also leaves an interrupt from the terminal to the program that started the helper. nil when the system refuses.
  public static func claim(_ descriptor: Int32) -> Int32? {
    signal(SIGINT, SIG_IGN)
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { return nil }
    if descriptor == 1 {
      let nowhere = open("/dev/null", O_WRONLY)
      guard nowhere >= 0 else { return nil }
      dup2(nowhere, 1)
      close(nowhere)
    }
    return copy
  }

  /// Starts a thread of the operating system; false when it grants none.
  public static func thread(_ body: @escaping @Sendable () -> Void) -> Bool { NativeThread.start(body) }

  /// Ends the process at once, without farewells.
  public static func end(_ code: Int32) -> Never { _exit(code) }
}
