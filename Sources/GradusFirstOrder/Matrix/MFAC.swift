// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// The gradient times the inverse of an empirical Fisher matrix of the last m gradients.
///
///     F = λI + (1/m)·Σ gᵢgᵢᵀ over the last m gradients, this one included (rows that are missing are zero)
///     v ← μv + (1 − μ)·F⁻¹g,   θ ← (1 − ηω)θ − ηv,      F⁻¹g = m·Gᵀ·(mλI + GGᵀ)⁻¹·e of the newest row
///
/// The matrix is of all parameters at once, and is never formed. Decay ω is decoupled; `coupled` adds ωθ to the gradient
/// before anything else, as the published code does. The published window is 1024 with λ = 1e-5.
///
/// **Needs** gradients. **Keeps** m + 1 numbers a parameter. Cost a step: 2md multiplications and m³/6.
/// **Guarantee** none in general. **Reference** E. Frantar, E. Kurtic, D. Alistarh, *M-FAC: efficient matrix-free
/// approximations of second-order information*, NeurIPS 2021, §3.2.
public struct MFAC: CataloguedRule {
  /// η.
  public var rate = 1e-3
  /// m.
  public var window = 32
  /// λ.
  public var damping = 1e-3
  /// μ.
  public var momentum = 0.9
  /// ω.
  public var decay = 0.0
  public var isCoupled = false

  public init() {}

  public static let card = Card(
    "m-fac", "gradients through the inverse Fisher matrix of the last ones", guarantee: "none in general",
    reference: "Frantar, Kurtic & Alistarh 2021", trials: [Trial("sphere,n=10", answers: 12_000, value: 1e-4)])

  public static let settingsOfTensors: Set = ["coupled"]

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("window", \.window, in: 1...4096, "gradients of the Fisher matrix"),
    Setting("damping", \.damping, in: 1e-12...1e6, "multiple of the identity in it"),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the average of directions"),
    .decay(\.decay),
    Setting("coupled", \.isCoupled, "whether decay is part of the gradient"),
  ]

  /// The window and v.
  public struct State: Sendable, Codable {
    public internal(set) var fisher: SlidingFisher
    public internal(set) var velocity: Buffer<Float>
    /// Steps whose window could not be solved with: a gradient in it was no number or too large.
    public internal(set) var skipped = 0
  }

  public var wordsPerParameter: Double { Double(window + 1) }

  public func start(_ layout: Layout) -> State {
    State(
      fisher: SlidingFisher(count: layout.count, window: window, damping: damping),
      velocity: Buffer(repeating: 0, count: layout.count))
  }

  /// A step whose window cannot be solved with leaves the parameters as they are.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    let count = layout.count
    precondition(
      state.velocity.count == count && state.fisher.count == count && state.fisher.window == window
        && state.fisher.damping == damping, "the memory of the rule belongs to another layout or other settings")
    if isCoupled, decay > 0 {
      let weight = Float(decay)
      let sum = (0..<count).map { gradient[$0] + weight * parameters[$0] }
      state.fisher.insert(sum.span)
    } else {
      state.fisher.insert(gradient)
    }
    guard let weights = try? state.fisher.newestWeights() else {
      state.skipped += 1
      return
    }
    let (mu, share) = (Float(momentum), 1 - momentum)
    state.velocity.elements.withUnsafeMutableBufferPointer { v in
      for i in 0..<count { v[i] *= mu }
    }
    let fisher = state.fisher
    var velocity = state.velocity.elements.mutableSpan
    fisher.add(weights.map { Float(share * $0) }, to: &velocity)
    let rate = context.rateFactor * self.rate
    let (keep, factor) = (Float(isCoupled ? 1 : 1 - rate * decay), Float(rate))
    parameters.withUnsafeMutableBufferPointer { p in
      state.velocity.elements.withUnsafeBufferPointer { v in
        for i in 0..<count { p[i] = keep * p[i] - factor * v[i] }
      }
    }
  }
}
