// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// Loops over blocks of work whose division depends on sizes alone, never on the number of threads.
enum Parallel {
  /// Elements that are worth handing to another thread.
  static let block = 16_384

  /// Calls `body(job, i)` for every i in 0..<count.
  ///
  /// `body` must capture nothing: it is then a plain function and the loop allocates nothing.
  @inline(__always)
  static func run<Job: BitwiseCopyable>(
    _ team: WorkTeam, _ count: Int, _ job: Job, _ body: @escaping @Sendable (Job, Int) -> Void
  ) {
    if count <= 1 || team.width == 1 {
      for index in 0..<count { body(job, index) }
      return
    }
    withUnsafePointer(to: ParallelCall(job: job, body: body)) { call in
      team.run(count, context: UnsafeRawPointer(call)) { context, index in
        let call = context.assumingMemoryBound(to: ParallelCall<Job>.self)
        call.pointee.body(call.pointee.job, index)
      }
    }
  }
}

/// What the threads of one loop read.
private struct ParallelCall<Job: BitwiseCopyable> {
  let job: Job
  let body: @Sendable (Job, Int) -> Void
}
