// SPDX-License-Identifier: Apache-2.0
import GradusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Turns SIGINT and SIGTERM into a request to stop; a second one half a second or more later ends the process at once.
///
/// The signals are blocked in all threads and awaited by one, so no code runs inside a signal handler. A terminal and a
/// wrapper such as `timeout` may both send the first signal; that is why one that follows at once counts as the same.
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

  /// Keeps the signals from ending the process until `begin` awaits them. Call on the first thread before there are
  /// others: threads inherit what is blocked, and one that does not block a signal gets it.
  static func block() {
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// Begins to listen; `block` must have been called before other threads were started.
  static func begin(_ interruption: Interruption) {
    block()
    var set = signals
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
        let first = SignalWatch.now
        repeat { sigwait(&set, &signal) } while SignalWatch.now < first + 0.5
        _exit(ExitCode.interrupted.rawValue)
      }, context.toOpaque())
    if code != 0 {
      // Without the thread nobody would hear the signals: let them end the process as usual.
      context.release()
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
  }
}
