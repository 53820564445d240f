// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// Adam with moments in bytes beside Adam with moments in 32 bits, on the perceptron of `RuleLaboratory`.
///
/// The rate is the best of five for Adam in 32 bits on development streams; bytes take it over unchanged, as the paper does.
/// Codes round to the nearest number, as published. The linear code has the same blocks of 256. Errors are those of
/// Student's t with three degrees of freedom after a way through bytes.
public struct EightBitStates: AtlasEntry {
  public static let system = "8-bit optimizers"
  public static let home = "Quantized, ByteCode, StableEmbedding"
  public static let scale = AtlasScale(
    paper: "language models of up to 1.5 billion parameters, ImageNet, WMT'14, MoCo v2, GLUE",
    here: "a perceptron of 26,000 parameters, 800 steps (fast: 40)")
  public static let claims = [
    AtlasClaim(
      "loss", "Adam with moments in bytes ends within 10 % of the loss of Adam with moments in 32 bits.",
      metric: "final training loss", baseline: "Adam in 32 bits with its best of five rates", .atMost, 1.1),
    AtlasClaim(
      "bytes", "It needs at most 30 % of the bytes of state.", metric: "bytes of state", baseline: "Adam in 32 bits",
      .atMost, 0.3, requirement: .everySeed),
    AtlasClaim(
      "linear", "With the linear code of 8 bits Adam is lost or ends with more than twice the loss.",
      metric: "final training loss, 100 where it is lost", baseline: "Adam in 32 bits with its best of five rates",
      .atLeast, 2),
    AtlasClaim(
      "error at 2048", "On heavy-tailed numbers the median relative error is larger with blocks of 2,048 than of 256.",
      metric: "median relative error", baseline: "blocks of 256", .atLeast, 1, isSecondary: true),
    AtlasClaim(
      "error at 65536", "It is larger still with blocks of 65,536.", metric: "median relative error",
      baseline: "blocks of 2,048", .atLeast, 1, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "moments in 32 bits at a thousandth of the rate where bytes are due, the dynamic code in the place of the linear "
      + "one, and blocks of one size")

  public init() {}

  public func tune(_ trial: AtlasTrial) async throws -> Double {
    try await RuleLaboratory.perceptron.best(of: [3e-4, 1e-3, 3e-3, 1e-2, 3e-2], trial) { Self.adam($0) }
  }

  public func measure(
    _ trial: AtlasTrial, tuned rate: Double, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let random = trial.random.child("training")
    func loss(_ rule: some UpdateRule) throws -> Double { try RuleLaboratory.perceptron.loss(rule, trial, random) }
    let whole = try loss(Self.adam(rate))
    let bytes = try isHonest ? loss(Self.quantized(rate)) : loss(Self.adam(1e-3 * rate))
    let linear = try loss(Self.quantized(rate, isHonest ? .linear : .dynamic))
    let memory = Self.bytes(trial)
    let errors = Self.errors(trial)
    return [
      AtlasObservation("loss", measured: bytes, baseline: whole),
      AtlasObservation("bytes", measured: isHonest ? memory.coded : memory.whole, baseline: memory.whole),
      AtlasObservation("linear", measured: linear, baseline: whole),
      AtlasObservation("error at 2048", measured: isHonest ? errors[1] : errors[0], baseline: errors[0]),
      AtlasObservation("error at 65536", measured: isHonest ? errors[2] : errors[1], baseline: errors[1]),
    ]
  }

  private static func adam(_ rate: Double) -> Adam {
    var rule = Adam()
    rule.rate = rate
    return rule
  }

  private static func quantized(_ rate: Double, _ code: ByteCode.Kind = .dynamic) -> Quantized<Adam> {
    Quantized(adam(rate), isDithered: false, code: code)
  }

  /// Of the perceptron of the losses.
  private static func bytes(_ trial: AtlasTrial) -> (coded: Double, whole: Double) {
    let layout = Perceptron(widths: [64, 128, 128, 10]).layout
    let whole = 4 * adam(1).start(layout).count * Cells<Cell2>.words
    return (Double(quantized(1).start(layout).byteCount), Double(whole))
  }

  /// Median relative errors with blocks of 256, 2,048 and 65,536.
  private static func errors(_ trial: AtlasTrial) -> [Double] {
    var random = trial.random.child("numbers")
    let numbers = (0..<trial.size(fast: 1 << 16, claim: 1 << 18)).map { _ in
      let square = (0..<3).reduce(0.0) { sum, _ in
        let z = random.normal()
        return sum + z * z
      }
      return Float(random.normal() / (square / 3).squareRoot())
    }
    let code = ByteCode(.dynamic, isSigned: true)
    return [256, 2048, 65536].map { block in
      let errors = zip(numbers, code.rounded(numbers, block: block)).map { Double(abs($1 - $0) / abs($0)) }
      return errors.sorted()[errors.count / 2]
    }
  }
}
