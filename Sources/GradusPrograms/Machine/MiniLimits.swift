// SPDX-License-Identifier: Apache-2.0

/// What a run may use. A run that needs exactly as much as it may passes.
public struct MiniLimits: Sendable, Hashable, Codable {
  public var steps: Int
  /// Cells of the heap at a time: a list or text of n elements has n + 1.
  public var cells: Int
  /// Calls inside each other, that of the run included; at most 10,000 count.
  public var depth: Int

  public init(steps: Int = 1_000_000, cells: Int = 1_000_000, depth: Int = 500) {
    self.steps = steps
    self.cells = cells
    self.depth = depth
  }
}
