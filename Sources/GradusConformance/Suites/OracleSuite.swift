// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The laws of oracles of values and gradients, and of adapters around them.
public enum OracleSuite {
  /// Tries an oracle at random points of a box.
  ///
  /// - Parameter base: what the oracle is an adapter of; its values must come through unchanged.
  public static func check(
    _ name: String, _ oracle: any ZerothOrderOracle<Vector>, base: (any ZerothOrderOracle<Vector>)? = nil, in box: Box,
    gradientAccuracy: Double = 1e-6
  ) async throws -> [Violation] {
    var seen = Observations(name)
    var random = RandomStream(seed: 0).child("oracle")
    for _ in 0..<25 {
      let x = box.sample(&random)
      let value = try await oracle.value(at: x)
      let again = try await oracle.value(at: x)
      seen.expect(value == again, "repetition", "asked twice at \(x.elements) it says \(value) and \(again)")
      if let now = try oracle.immediateValue(at: x) {
        seen.expect(now == value, "immediacy", "at once it says \(now), awaited \(value)")
      }
      if let base {
        let truth = try await base.value(at: x)
        seen.expect(value == truth, "transparency", "it says \(value) where its base says \(truth)")
      }
      guard let oracle = oracle as? any FirstOrderOracle<Vector> else { continue }
      let linear = try await oracle.linearization(at: x)
      seen.expect(
        abs(linear.value - value) <= 1e-12 * max(1, abs(value)), "agreement",
        "alone the value is \(value), with the gradient \(linear.value)")
      if let now = try oracle.immediateLinearization(at: x) {
        seen.expect(now.gradient == linear.gradient, "immediacy", "at once the gradient differs at \(x.elements)")
      }
      let d = random.normals(x.count)
      let h = 1e-4
      let ahead = try await oracle.value(at: x + h * d)
      let behind = try await oracle.value(at: x - h * d)
      let slope = (ahead - behind) / (2 * h)
      let scale = max(1, abs(slope), abs(value))
      seen.expect(
        abs(slope - linear.gradient.inner(d)) <= (gradientAccuracy + 1e-5) * scale, "derivative",
        "the slope is \(linear.gradient.inner(d)), by differences \(slope), at \(x.elements)")
      if let curved = oracle as? any SecondOrderOracle<Vector>, value.isFinite {
        try await checkMoves(curved, from: x, linear.gradient, in: box, &random, &seen)
      }
    }
    return seen.violations
  }

  /// What is said to change when a block moves is all that changes.
  private static func checkMoves(
    _ oracle: any SecondOrderOracle<Vector>, from x: Vector, _ gradient: Vector, in box: Box,
    _ random: inout RandomStream, _ seen: inout Observations
  ) async throws {
    let block = (0..<x.count).filter { _ in random.uniform() < 0.3 }
    let other = box.sample(&random)
    var y = x
    for i in block { y[i] = other[i] }
    let part = try await oracle.blockLinearization(at: y, moving: block)
    let whole = try await oracle.linearization(at: y)
    let scale = max(1, whole.gradient.maximumMagnitude, gradient.maximumMagnitude)
    let error = (part.completed(from: gradient).gradient - whole.gradient).maximumMagnitude
    seen.expect(
      !(error > 1e-9 * scale), "partial gradient",
      "after a move of \(block) the gradient is off by \(error) at \(y.elements)")
    seen.expect(
      !(abs(part.value - whole.value) > 1e-9 * max(1, abs(whole.value))), "partial gradient",
      "with a part of the gradient the value is \(part.value), with all of it \(whole.value)")
    if let now = try oracle.immediateBlockLinearization(at: y, moving: block) {
      seen.expect(
        now.places == part.places && now.entries == part.entries, "immediacy",
        "at once the partial gradient differs at \(y.elements)")
    }
  }

  /// An oracle that fails `failures` times and then answers must be survived by `adapt`, and no more than that.
  public static func checkFailures(
    _ name: String, survives failures: Int, adapt: (any ZerothOrderOracle<Vector>) -> any ZerothOrderOracle<Vector>
  ) async -> [Violation] {
    var seen = Observations(name)
    let patient = adapt(FailingOracle(times: failures))
    let value = try? await patient.value(at: [1, 2])
    seen.expect(value == 5, "retrying", "after \(failures) failures it says \(value.map { "\($0)" } ?? "an error")")
    let lost = adapt(FailingOracle(times: failures + 1))
    do {
      let value = try await lost.value(at: [1, 2])
      seen.expect(false, "giving up", "after \(failures + 1) failures it says \(value)")
    } catch {
      seen.expect(error is OracleFailure, "giving up", "it gives up with \(error), not with an OracleFailure")
    }
    return seen.violations
  }
}

/// |x|², after a number of failures.
private struct FailingOracle: ZerothOrderOracle {
  private let listener: Listener
  init(times: Int) { listener = Listener { $0 <= times ? .failure : nil } }
  func value(at point: Vector) async throws -> Double {
    _ = try listener.hear([point])
    return point.inner(point)
  }
}
