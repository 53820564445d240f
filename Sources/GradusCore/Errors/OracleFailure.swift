// SPDX-License-Identifier: Apache-2.0

/// The oracle failed, after the policy for failures (retry, penalize, give up) was spent.
public struct OracleFailure: Error, Sendable, CustomStringConvertible {
  /// The kind of question that could not be answered.
  public var question: String
  public var attempts: Int
  public var cause: String
  /// The error of the oracle itself, where it threw one.
  public var underlying: (any Error)?

  public init(question: String, attempts: Int = 1, cause: String, underlying: (any Error)? = nil) {
    self.question = question
    self.attempts = attempts
    self.cause = cause
    self.underlying = underlying
  }

  public var description: String {
    "the question for a \(question) failed\(attempts > 1 ? " \(attempts) times" : ""): \(cause)"
  }

  /// Keeps a failure as it is; any other error becomes the cause of one.
  init(wrapping error: any Error, question: String) {
    if let failure = error as? OracleFailure {
      self = failure
    } else {
      self.init(question: question, cause: "\(error)", underlying: error)
    }
  }
}
