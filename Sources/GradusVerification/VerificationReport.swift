// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What became of each claim of an answer.
public struct VerificationReport: Sendable, Hashable {
  /// How one claim fared, or all of them together: the worst counts.
  public enum Finding: String, Sendable, Hashable, Comparable {
    case confirmed, unchecked, refuted

    /// Confirmed before unchecked before refuted.
    public static func < (a: Finding, b: Finding) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .confirmed: 0
      case .unchecked: 1
      case .refuted: 2
      }
    }
  }

  /// One claim of the answer, such as its point or its bound.
  public struct Claim: Sendable, Hashable {
    /// `problem`, `point`, `objective`, `bound`, `optimality`, `duals`, `reducedCosts`, `infeasibility`, `unboundedness`,
    /// `conflict`, `sensitivity`, `status`, `exact`, `proof`.
    public var subject: String
    public var finding: Finding
    /// What was found, in one sentence without a full stop.
    public var text: String
    /// Residuals by name, such as `primalResidual`.
    public var residuals: [String: Double] = [:]
  }

  public private(set) var claims: [Claim] = []

  /// `exact` when a proof was found in rational arithmetic; nil when none was asked for or found.
  public internal(set) var certificate: Certificate.Kind?

  /// `refuted` when a claim is, otherwise `unchecked` when a claim is, otherwise `confirmed`.
  public var outcome: Finding { claims.map(\.finding).max() ?? .unchecked }

  /// 0 confirmed, 4 nothing refuted but something unchecked, 100 refuted.
  public var exitCode: Int32 {
    switch outcome {
    case .confirmed: 0
    case .unchecked: 4
    case .refuted: 100
    }
  }

  /// One line: what was refuted, or else what could not be checked after what was confirmed.
  public var summary: String {
    func texts(_ finding: Finding) -> String {
      claims.filter { $0.finding == finding }.map(\.text).joined(separator: "; ")
    }
    switch outcome {
    case .refuted: return "refuted: \(texts(.refuted))"
    case .confirmed: return "confirmed: \(texts(.confirmed))"
    case .unchecked:
      let confirmed = texts(.confirmed)
      let unchecked = claims.isEmpty ? "the answer makes no claim" : texts(.unchecked)
      return (confirmed.isEmpty ? "" : "confirmed: \(confirmed); ") + "not checked: \(unchecked)"
    }
  }

  /// The first claim on this subject.
  public subscript(subject: String) -> Claim? { claims.first { $0.subject == subject } }

  /// This report with all claims of another one about something else.
  public func adding(_ other: VerificationReport) -> VerificationReport {
    var report = self
    report.claims += other.claims
    return report
  }

  /// This report with the claim `exact` of another one.
  public func joined(with other: VerificationReport) -> VerificationReport {
    var report = self
    report.claims += other.claims.filter { $0.subject == "exact" }
    report.certificate = other.certificate
    return report
  }

  /// Drops what was unchecked on these subjects, because a proof was found after all.
  mutating func settle(_ subjects: String...) {
    claims.removeAll { $0.finding == .unchecked && subjects.contains($0.subject) }
  }

  mutating func add(_ subject: String, _ finding: Finding, _ text: String, _ residuals: [String: Double] = [:]) {
    claims.append(Claim(subject: subject, finding: finding, text: text, residuals: residuals))
  }
}
