// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Observations that a model learns from, in memory: what it is shown, and what it should make of it.
public struct LearningData: Sendable, Fingerprinted {
  /// What a model is shown.
  public enum Inputs: Sendable, Hashable {
    /// Rows of `width` features.
    case vectors([Float], width: Int)
    /// Sequences of `length` tokens.
    case sequences([Int32], length: Int, vocabulary: Int)
    /// One text; observation i is the window of `context` tokens from i on.
    case text([Int32], context: Int)
  }

  /// What it should make of an observation.
  public enum Targets: Sendable, Hashable {
    /// The features themselves: reconstruction, contrast.
    case inputs
    /// A class, or one for each position of a sequence; −1 does not count.
    case classes([Int32])
    /// The token after each position of a window.
    case nextTokens
    /// A probability for each class.
    case distributions([Float])
    /// `width` numbers, standardized where it says how.
    case numbers([Float], width: Int, Standardization?)
  }

  public let inputs: Inputs
  public let targets: Targets
  /// Classes of a score: labels, or different tokens; 0 when there are none.
  public let classCount: Int
  public let fingerprint: UInt64
  /// Number of observations.
  public let count: Int

  init(_ inputs: Inputs, _ targets: Targets, classCount: Int) {
    self.inputs = inputs
    self.targets = targets
    self.classCount = classCount
    switch inputs {
    case .vectors(let features, let width): count = features.count / width
    case .sequences(let tokens, let length, _): count = tokens.count / length
    case .text(let tokens, let context): count = tokens.count - context
    }
    fingerprint = Self.fingerprint(inputs, targets, classCount)
  }

  private static func fingerprint(_ inputs: Inputs, _ targets: Targets, _ classCount: Int) -> UInt64 {
    var print = Fingerprint()
    print.mix(classCount)
    func mix(_ numbers: [Float]) { numbers.withUnsafeBytes { print.mix(bytes: Array($0)) } }
    switch inputs {
    case .vectors(_, let width): print.mix(width)
    case .sequences(let tokens, let length, let vocabulary):
      print.mix(length)
      print.mix(vocabulary)
      print.mix(tokens)
    case .text(let tokens, let context):
      print.mix(context)
      print.mix(tokens)
    }
    switch targets {
    case .inputs: print.mix("inputs")
    case .nextTokens: break
    case .classes(let labels): print.mix(labels)
    case .distributions(let q):
      print.mix("distributions")
      mix(q)
    case .numbers(let y, let width, let scaling):
      print.mix("numbers")
      print.mix(width)
      mix(y)
      if let scaling { mix((scaling.means + scaling.deviations).map { Float($0) }) }
    }
    if case .vectors(let features, _) = inputs { mix(features) }
    return print.value
  }

  /// The kind of targets that a loss is given.
  public var targetKind: TargetKind {
    switch targets {
    case .classes, .nextTokens: .classes
    case .distributions: .distributions
    case .numbers, .inputs: .numbers
    }
  }

  /// How the numbers of the targets were standardized; nil when they were not.
  public var standardization: Standardization? {
    if case .numbers(_, _, let scaling) = targets { scaling } else { nil }
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
