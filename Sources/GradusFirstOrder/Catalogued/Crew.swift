// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// Threads for the rows of a tensor, in groups that depend on its shape alone, so bits do not depend on how many there are.
struct Crew {
  var threads: WorkCrew?

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

  /// Calls `body` for groups of rows that end where a lane ends, the last group first.
  func aligned(_ count: Int, _ width: Int, _ body: (Range<Int>) -> Void) {
    // So many rows are a multiple of sixteen numbers.
    let unit = 16 >> min(4, width.trailingZeroBitCount)
    let several = (Self.several(width) + unit - 1) / unit * unit
    let groups = (count + several - 1) / several
    run(groups) { turn in
      let group = groups - 1 - turn
      body(group * several..<min(count, (group + 1) * several))
    }
  }

  /// Rows in a group.
  private static func several(_ width: Int) -> Int { max(1, Lane.scalarCount * Blocks.cells / max(1, width)) }

  private func run(_ groups: Int, _ body: (Int) -> Void) {
    if let threads, groups > 1 { return threads.run(groups, body) }
    for group in 0..<groups { body(group) }
  }
}
