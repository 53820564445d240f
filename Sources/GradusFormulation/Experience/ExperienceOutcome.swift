// SPDX-License-Identifier: Apache-2.0

/// What became of one task from which a library learns.
public struct ExperienceOutcome: Sendable, Codable, Hashable {
  /// Whether the first attempt was right, with what the library held before.
  public var isSolvedAtFirst = false
  /// Whether some attempt was right.
  public var isSolved = false
  /// Lessons that the library did not hold in other words.
  public var learned = 0
  /// Lessons that were put together with one of the library.
  public var merged = 0

  /// Nothing yet.
  public init() {}
}
