// SPDX-License-Identifier: Apache-2.0

/// Where something stands in a text, from 1; 0 where it stands in none.
///
/// Any two are equal: a place is no part of what a program means, so a program equals the one read from its print.
public struct MiniPlace: Sendable, Hashable {
  public var line: Int
  public var column: Int

  public init(line: Int = 0, column: Int = 0) {
    self.line = line
    self.column = column
  }

  /// Always.
  public static func == (_: MiniPlace, _: MiniPlace) -> Bool { true }

  /// Mixes nothing in.
  public func hash(into hasher: inout Hasher) {}
}
