// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// Threads for the rows of a tensor: each row is computed by one of them, so bits do not depend on how many there are.
struct Crew {
  var threads: WorkCrew?

  /// What `body` makes of every row.
  func rows<Value: BitwiseCopyable>(_ count: Int, _ width: Int, _ body: (Int) -> Value) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { values, initialized in
      initialized = count
      guard let base = values.baseAddress else { return }
      each(count, width) { base[$0] = body($0) }
    }
  }

  /// Calls `body` for every row; several at a time go to a thread, so that each has enough to do.
  func each(_ count: Int, _ width: Int, _ body: (Int) -> Void) {
    let several = max(1, 8 * Blocks.cells / max(1, width))
    let groups = (count + several - 1) / several
    guard let threads, groups > 1 else {
      for row in 0..<count { body(row) }
      return
    }
    threads.run(groups) { group in
      for row in group * several..<min(count, (group + 1) * several) { body(row) }
    }
  }
}
