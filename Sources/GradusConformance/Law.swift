// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// One thing that every catalogued method must satisfy.
///
/// A law drives the method on problems of the library and says what it saw that must not be. It knows no test framework,
/// so that the command line, a test target and a user's own test call the same code.
public protocol Law: Sendable {
  /// A short name, such as `same seed`.
  var name: String { get }
  /// What must hold, in one sentence.
  var sentence: String { get }
  /// Laws without which this one means nothing; where one of them is broken, this one is not tried.
  var presupposes: [String] { get }

  /// Drives the method on the problems of the bench and says what it saw. Throws only what the method or an oracle throws.
  /// Cost: as many answers as the law needs, which its sentence names.
  func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding
}

extension Law {
  public var presupposes: [String] { [] }
}

/// What a law found on one method.
public enum Finding: Sendable {
  /// Everything tried was as it must be; how many things were tried.
  case held(tried: Int)
  /// What was seen that must not be, one sentence each.
  case broken([String])
  /// The law says nothing about this method, and why.
  case notApplicable(String)

  /// Held or broken, by what was collected.
  init(_ violations: [String], tried: Int) { self = violations.isEmpty ? .held(tried: tried) : .broken(violations) }
}

/// A law that does not hold for a method, and what was seen.
public struct Violation: Error, Sendable, Hashable, CustomStringConvertible {
  public var law: String
  public var method: String
  public var detail: String
  public var description: String { "\(method) breaks '\(law)': \(detail)" }
}

/// What came of one law on one method.
public struct LawResult: Sendable {
  public var law: String
  public var sentence: String
  public var method: String
  public var finding: Finding

  public var violations: [Violation] {
    guard case .broken(let details) = finding else { return [] }
    return details.map { Violation(law: law, method: method, detail: $0) }
  }

  /// False only when something was seen that must not be.
  public var holds: Bool { violations.isEmpty }
}
