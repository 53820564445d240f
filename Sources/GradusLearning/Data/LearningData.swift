// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Observations that a model learns from, in memory.
public struct LearningData: Sendable, Fingerprinted {
  /// What an observation is.
  public enum Content: Sendable, Hashable {
    /// Rows of features with a class each.
    case vectors(features: [Float], width: Int, labels: [Int32])
    /// One text; observation i is the window of `context` tokens from i on, and the tokens one later are its classes.
    case text(tokens: [Int32], context: Int)
  }

  public let content: Content
  /// Classes of a score: labels, or different tokens.
  public let classCount: Int
  public let fingerprint: UInt64

  /// Rows of `width` features, one behind the other. Labels are 0 ..< classCount.
  public init(features: [Float], width: Int, labels: [Int32], classCount: Int) throws(LearningDataError) {
    guard width > 0, features.count == width * labels.count, !labels.isEmpty else {
      throw LearningDataError("\(features.count) features of \(labels.count) rows", "rows of \(width) features")
    }
    if let i = labels.firstIndex(where: { !(0..<Int32(classCount)).contains($0) }) {
      throw LearningDataError("the label of row \(i) is \(labels[i])", "a class from 0 to \(classCount - 1)")
    }
    if let i = features.firstIndex(where: { !$0.isFinite }) {
      throw LearningDataError("feature \(i % width) of row \(i / width) is \(features[i])", "a finite number")
    }
    self.init(.vectors(features: features, width: width, labels: labels), classCount)
  }

  /// Windows of a text. Tokens are 0 ..< vocabulary.
  public init(tokens: [Int32], vocabulary: Int, context: Int) throws(LearningDataError) {
    guard context > 0, tokens.count > context else {
      throw LearningDataError("a text of \(tokens.count) tokens", "more than the context of \(context)")
    }
    if let i = tokens.firstIndex(where: { !(0..<Int32(vocabulary)).contains($0) }) {
      throw LearningDataError("token \(i) is \(tokens[i])", "a number from 0 to \(vocabulary - 1)")
    }
    self.init(.text(tokens: tokens, context: context), vocabulary)
  }

  private init(_ content: Content, _ classCount: Int) {
    self.content = content
    self.classCount = classCount
    var print = Fingerprint()
    print.mix(classCount)
    switch content {
    case .vectors(let features, let width, let labels):
      print.mix(width)
      print.mix(labels)
      features.withUnsafeBytes { print.mix(bytes: Array($0)) }
    case .text(let tokens, let context):
      print.mix(context)
      print.mix(tokens)
    }
    fingerprint = print.value
  }

  /// Number of observations.
  public var count: Int {
    switch content {
    case .vectors(_, _, let labels): labels.count
    case .text(let tokens, let context): tokens.count - context
    }
  }
}

/// Data that nothing can be learned from.
public struct LearningDataError: Error, Sendable, Hashable, CustomStringConvertible {
  public var cause: String
  public var expected: String

  init(_ cause: String, _ expected: String) {
    self.cause = cause
    self.expected = expected
  }

  public var description: String { "\(cause); expected \(expected)" }
}
