// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
public import GradusCore
import GradusNumerics
import GradusProblems

/// A claimed rate of convergence is seen, over a family of conditionings.
///
/// Measured is the smallest error f − f* so far against the number of answers k, down to 10⁻¹² of the first error:
///
/// - sublinear: between k = 20 and the end the error falls at least like k^(−exponent), with a tenth to spare;
/// - linear: per answer, the second half of the way (in orders of magnitude) is not much slower than the first;
/// - superlinear: near the end some improvement divides the error by 100, whatever the conditioning.
public struct RateHolds: Law {
  public let name = "rate"
  public let sentence = "the rate of convergence on the card is seen on problems of several conditionings"
  public let presupposes = ["same seed"]

  public init() {}

  /// Measures the errors of a run on problems with a known optimum against the claimed rate.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    guard let rate = M.card.rate else { return .notApplicable("the card claims no rate") }
    var names = ["quadratic,n=6,condition=3", "quadratic,n=6,condition=10", "quadratic,n=6,condition=30", "logistic"]
    if rate == .superlinear { names = ["logistic", "logistic,n=3,m=30", "rosenbrock", "beale", "wood"] }
    var violations: [String] = []
    var tried = 0
    var situations = try names.compactMap { try bench.situation(named: $0) }
    if situations.isEmpty {
      situations = try ["rosenbrock-residuals", "exponential-fit", "michaelis-menten"].compactMap {
        try bench.situation(named: $0)
      }
    }
    for situation in situations {
      guard let best = situation.source.optimum.value else { continue }
      tried += 1
      let errors = try await errors(situation, best)
      if let wrong = contradiction(rate, errors) { violations.append("on \(situation.name) \(wrong)") }
    }
    if tried == 0 { return .broken(["a rate is claimed, but no problem is at hand to measure it on"]) }
    return Finding(violations, tried: tried)
  }

  /// The smallest error after each answer, until it is small.
  private func errors<M: Catalogued>(_ situation: Situation<M>, _ best: Double) async throws -> [Double] {
    let run = try situation.run(listener: Listener(immediate: true))
    var errors: [Double] = []
    while errors.count < 3000, try await run.step() {
      guard let value = run.report.value else { continue }
      let error = max(value - best, 0)
      errors.append(min(error, errors.last ?? error))
      // Near the rounding of the optimum itself nothing more is seen.
      if error <= 1e-12 * max(errors[0], 1e-3, abs(best)) { break }
    }
    return errors
  }

  private func contradiction(_ rate: Rate, _ errors: [Double]) -> String? {
    guard let first = errors.first, let last = errors.last, first > 0 else { return nil }
    let floor = 1e-12 * first
    switch rate {
    case .sublinear(let exponent):
      guard errors.count > 60, last > floor else { return last <= 1e-3 * first ? nil : "the error stays at \(last)" }
      let slope = log(last / errors[20]) / log(Double(errors.count) / 21)
      return slope <= -(exponent - 0.1) ? nil : "the error falls like k^\(slope), promised k^-\(exponent)"
    case .linear:
      guard last <= 1e-6 * first else { return "after \(errors.count) answers the error is \(last), at first \(first)" }
      let middle = (max(last, floor) * first).squareRoot()
      guard let half = errors.firstIndex(where: { $0 <= middle }) else { return nil }
      let rest = errors.count - 1 - half
      return rest <= 3 * max(half, 20)
        ? nil : "the first half of the way took \(half) answers, the second \(rest): slower than linear"
    case .superlinear:
      guard last <= 1e-10 * max(first, 1e-3) else { return "after \(errors.count) answers the error is \(last)" }
      let improvements = errors.reduce(into: [Double]()) { if $0.last != $1 { $0.append($1) } }
      let late = zip(improvements, improvements.dropFirst()).suffix(4)
      let contraction = late.map { $0.1 / $0.0 }.min() ?? 0
      return contraction <= 0.01 ? nil : "near the end an improvement divides the error by at most \(1 / contraction)"
    }
  }
}
