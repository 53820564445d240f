// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Descent along a difference in one random direction: two values a step, whatever the dimension.
///
///     ĝ = (f(x + cₖΔ) − f(x − cₖΔ))/(2cₖ)·Δ,   Δ ∈ {−1, 1}ⁿ at random;     x ← x − aₖĝ
///     cₖ = c/k^0.101,   aₖ = a/(A + k)^0.602
///
/// in coordinates relative to the box. Now and then f(x) itself is asked for, which steers nothing, so that what is reported
/// is not one of the points beside it. a is such that the mean first step moves a coordinate by `step`, as seen by
/// `calibration` differences at the start. A step in which an evaluation fails is not taken.
///
/// **Needs** values, noisy ones too. **Keeps** two vectors.
/// **Guarantee** almost sure convergence to a stationary point for smooth f, with bounded noise.
/// **Reference** J. C. Spall, IEEE Trans. Automatic Control 37 (1992); *Implementation of the simultaneous perturbation
/// algorithm*, IEEE Trans. Aerospace 34 (1998), for the constants.
public struct SPSA: Catalogued, BoxMethod {
  /// c, relative to the box.
  public var radius = 0.01
  /// How far the first steps move a coordinate, relative to the box.
  public var step = 0.02
  /// A.
  public var stability = 50.0
  /// Differences that a is found from.
  public var calibration = 5
  /// Steps between two questions about the point itself.
  public var interval = 20

  public init() {}

  public static let card = Card(
    "spsa", "descent along differences in random directions, two values a step",
    guarantee: "almost sure convergence to a stationary point, under noise too", reference: "Spall 1992",
    trials: [Trial("sphere,n=10", answers: 20_000, value: 1e-4), Trial("quadratic,n=5", answers: 20_000, value: 1)])

  public static let settings: [Setting<Self>] = [
    Setting("radius", \.radius, in: 1e-12...1, "c, distance of the evaluations relative to the box"),
    Setting("step", \.step, in: 1e-12...1, "how far first steps move a coordinate, relative to the box"),
    Setting("stability", \.stability, in: 0...1e9, "A, steps before rates begin to fall"),
    Setting("calibration", \.calibration, in: 1...1e6, "differences that the rate is found from"),
    Setting("interval", \.interval, in: 1...1e9, "steps between two questions about the point itself"),
  ]

  /// The point, the direction, and the value on its positive side once it is known.
  public struct State: Sendable, Codable {
    let box: UnitBox
    var random: RandomStream
    var u: [Double]
    var signs: [Double] = []
    var plus: Double?
    /// True while the point itself is asked about.
    var isLooking = true
    /// Steps taken, and |ĝ| of the differences that were only measured.
    var taken = 0
    var slopes: [Double] = []
    var rate: Double?
    var best: Incumbent
  }

  /// Begins at the start, or in the middle of the box.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let best = Incumbent(problem)
    return State(box: box, random: random.child("signs"), u: box.coordinates(of: best.point).elements, best: best)
  }

  /// x + cΔ, then x − cΔ; x itself first and at every interval.
  public func ask(_ s: inout State) -> Evaluate<Vector>? {
    if s.isLooking { return Evaluate(point: s.box.point(at: s.u)) }
    if s.u.isEmpty { return nil }
    if s.signs.isEmpty { s.signs = s.u.map { _ in s.random.next() & 1 == 0 ? 1 : -1 } }
    let c = (s.plus == nil ? 1 : -1) * radius / pow(Double(s.taken + 1), 0.101)
    return Evaluate(point: s.box.point(at: s.u.indices.map { s.u[$0] + c * s.signs[$0] }))
  }

  /// The second value of a pair makes a step.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    s.best.hear(answer, at: question.point)
    if s.isLooking {
      s.isLooking = false
      return
    }
    guard let plus = s.plus else {
      s.plus = answer
      return
    }
    let c = radius / pow(Double(s.taken + 1), 0.101)
    let slope = (plus - answer) / (2 * c)
    let signs = s.signs
    s.plus = nil
    s.signs = []
    guard slope.isFinite else { return }
    guard let rate = s.rate else {
      s.slopes.append(abs(slope))
      if s.slopes.count >= calibration {
        let mean = s.slopes.reduce(0, +) / Double(s.slopes.count)
        s.rate = mean > 0 ? step * pow(stability + 1, 0.602) / mean : 0
      }
      return
    }
    s.taken += 1
    s.isLooking = s.taken % interval == 0
    let length = rate / pow(stability + Double(s.taken), 0.602)
    for j in s.u.indices {
      // A step is never longer than a tenth of the box: one steep difference must not throw the point away.
      let move = min(max(length * slope, -0.1), 0.1) * signs[j]
      s.u[j] = min(max(s.u[j] - move, s.box.lower[j]), s.box.upper[j])
    }
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report() }
}
