// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
import GradusNumerics

/// Lion with weight decay as a method for problems in a box.
///
///     f(x) = ½(x − c)ᵀA(x − c),   A = GᵀG/20 + 0.1·I,   c with several |cⱼ| > 2;   λ = 0.5, so |xⱼ| ≤ 2
///
/// 4,000 steps whose rate falls from 0.01 to 0. The reference is projected gradient descent in the box with the step 1/L until
/// it stands still: a different method on the stated problem. Without decay Lion goes to c.
public struct LionKSystem: AtlasEntry {
  public static let system = "Lion-𝒦"
  public static let home = "Lion, LionK, LionNuclear"
  public static let scale = AtlasScale(
    paper: "weights of ResNet, ViT and GPT-2 trained by Lion; toy problems of two numbers",
    here: "convex quadratics of 20 numbers whose minimum lies outside the box")
  public static let claims = [
    AtlasClaim(
      "gap", "Lion with decay 0.5 ends within 10⁻³ of the least value in the box |x| ≤ 2.",
      metric: "(f − f*)/max(1, |f*|)", .atMost, 1e-3, comparison: .value),
    AtlasClaim(
      "box", "It ends in the box, up to a thousandth.", metric: "largest |x|", .atMost, 2.002, comparison: .value,
      requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "violation", "From outside, the violation falls at least as fast as (1 − ηλ)ᵗ.",
      metric: "largest violation over what the rate allows", .atMost, 1.001, comparison: .value,
      requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "free", "Without decay it goes to the minimum without the box.", metric: "distance to c", .atMost, 1e-2,
      comparison: .value, requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "half of the decay, a tenth of the steps, and decay where none is due")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var random = trial.random
    let d = 20
    let rows = (0..<d).map { _ in random.normals(d) }
    let c = Vector((0..<d).map { _ in 3 * random.normal() })
    func product(_ x: Vector) -> Vector {
      var y = 0.1 * x
      for row in rows { y = y + (row.inner(x) / Double(d)) * row }
      return y
    }
    func value(_ x: Vector) -> Double { 0.5 * (x - c).inner(product(x - c)) }
    let slope: ([Double]) -> [Double] = { product(Vector($0) - c).elements }
    let isWhole = subject == .system
    let steps = isWhole ? 4000 : 400

    // Outside the box the sign never points outward for long: the start is far out in every coordinate.
    var lion = Lion()
    (lion.rate, lion.decay) = (0.01, isWhole ? 0.5 : 0.25)
    var walk = RuleWalk(lion, from: (0..<d).map { $0 % 2 == 0 ? 8 : -8 })
    var (allowed, worst) = (6.0, 0.0)
    for t in 0..<steps {
      if t % 500 == 0 { try trial.step(0.5 * Double(t) / Double(steps)) }
      let factor = 1 - Double(t) / Double(steps)
      walk.step(rateFactor: factor, slope)
      allowed *= 1 - 0.01 * factor * 0.5
      let violation = (walk.point.map { abs(Double($0)) }.max() ?? 0) - 2
      // Rounding of single precision adds up to some 10⁻⁵ and is small beside this.
      if violation > 0.02 { worst = max(worst, violation / allowed) }
    }
    let x = Vector(walk.point.map(Double.init))
    let best = value(Self.boxed(c, product, random: &random))

    var free = Lion()
    (free.rate, free.decay) = (0.05, isWhole ? 0 : 0.5)
    var other = RuleWalk(free, from: [Double](repeating: 0, count: d))
    for t in 0..<8000 {
      if t % 500 == 0 { try trial.step(0.5 + 0.5 * Double(t) / 8000) }
      other.step(rateFactor: 1 - Double(t) / 8000, slope)
    }
    return [
      AtlasObservation("gap", measured: max(1e-12, (value(x) - best) / max(1, abs(best)))),
      AtlasObservation("box", measured: x.elements.map(abs).max() ?? .infinity),
      AtlasObservation("violation", measured: max(worst, 1e-12)),
      AtlasObservation("free", measured: (Vector(other.point.map(Double.init)) - c).norm),
    ]
  }

  /// Projected gradient descent from the middle of the box.
  private static func boxed(_ c: Vector, _ product: (Vector) -> Vector, random: inout RandomStream) -> Vector {
    var direction = random.normals(c.count)
    var largest = 1.0
    for _ in 0..<200 {
      let image = product(direction)
      largest = image.norm / direction.norm
      direction = (1 / image.norm) * image
    }
    var x = Vector.zeros(c.count)
    for _ in 0..<20_000 {
      let next = Vector((x - (0.99 / largest) * product(x - c)).elements.map { min(max($0, -2), 2) })
      if (next - x).norm < 1e-14 { return next }
      x = next
    }
    return x
  }
}
