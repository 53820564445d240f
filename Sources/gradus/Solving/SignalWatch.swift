// SPDX-License-Identifier: Apache-2.0
import GradusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Turns SIGINT and SIGTERM into a request to stop; the second one ends the process at once.
///
/// The signals are blocked in all threads and awaited by one, so no code runs inside a signal handler.
enum SignalWatch {
  private final class Context: Sendable {
    let interruption: Interruption
    init(_ interruption: Interruption) { self.interruption = interruption }
  }

  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    return set
  }

  /// Call once, before other threads are started.
  static func begin(_ interruption: Interruption) {
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let context = Unmanaged.passRetained(Context(interruption))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let code = pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Darwin)
          let context = Unmanaged<Context>.fromOpaque(argument).takeRetainedValue()
        #else
          guard let argument else { return nil }
          let context = Unmanaged<Context>.fromOpaque(argument).takeRetainedValue()
        #endif
        var set = SignalWatch.signals
        var signal: Int32 = 0
        sigwait(&set, &signal)
        context.interruption.raise("interrupted by \(signal == SIGINT ? "SIGINT" : "SIGTERM")")
        sigwait(&set, &signal)
        _exit(ExitCode.interrupted.rawValue)
      }, context.toOpaque())
    if code != 0 {
      // Without the thread nobody would hear the signals: let them end the process as usual.
      context.release()
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
  }
}
