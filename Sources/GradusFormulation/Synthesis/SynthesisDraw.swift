// SPDX-License-Identifier: Apache-2.0
public import GradusModeling

/// A statement that was drawn, and words that say it by construction.
public struct SynthesisDraw: Sendable, Codable, Hashable {
  public var statement: FiveElementStatement
  public var words: String
  /// S of `InstanceComplexity`.
  public var complexity: Double

  public init(_ statement: FiveElementStatement, words: String, complexity: Double) {
    self.statement = statement
    self.words = words
    self.complexity = complexity
  }
}
