// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// Runs the asynchronous command while the first thread only waits for it.
///
/// An asynchronous top level would hand the first thread to `dispatch_main`, which on Linux waits there with every signal
/// unblocked: an interrupt would end the process before `SignalWatch` hears of it.
enum CommandThread {
  private final class Ending: Sendable {
    let code = Mutex(ExitCode.success)
    let semaphore = DispatchSemaphore(value: 0)
  }

  static func wait(for command: @escaping @Sendable () async -> ExitCode) -> ExitCode {
    let ending = Ending()
    // Detached, because a child of the main actor could never run while its thread waits here.
    Task.detached {
      let code = await command()
      ending.code.withLock { $0 = code }
      ending.semaphore.signal()
    }
    ending.semaphore.wait()
    return ending.code.withLock { $0 }
  }
}
