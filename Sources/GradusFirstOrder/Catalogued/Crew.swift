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

  /// What `body` makes of every group of rows; groups depend on shapes alone.
  func groups<Value: BitwiseCopyable>(_ count: Int, _ width: Int, _ body: (Range<Int>) -> Value) -> [Value] {
    let several = Self.several(width)
    let groups = (count + several - 1) / several
    return [Value](unsafeUninitializedCapacity: groups) { values, initialized in
      initialized = groups
      guard let base = values.baseAddress else { return }
      run(groups) { base[$0] = body($0 * several..<min(count, ($0 + 1) * several)) }
    }
  }

  /// Calls `body` for every row; several at a time go to a thread, so that each has enough to do. `fromEnd`: the last rows
  /// first, because a pass before has just seen them.
  func each(_ count: Int, _ width: Int, fromEnd: Bool = false, _ body: (Int) -> Void) {
    let several = Self.several(width)
    let groups = (count + several - 1) / several
    run(groups) { turn in
      let group = fromEnd ? groups - 1 - turn : turn
      for row in group * several..<min(count, (group + 1) * several) { body(row) }
    }
  }

  /// Rows in a group.
  private static func several(_ width: Int) -> Int { max(1, Lane.scalarCount * Blocks.cells / max(1, width)) }

  private func run(_ groups: Int, _ body: (Int) -> Void) {
    if let threads, groups > 1 { return threads.run(groups, body) }
    for group in 0..<groups { body(group) }
  }
}
