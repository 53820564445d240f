// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// Any rule behind a gradient that is divided by the Fisher matrix, one Kronecker product a product of the network.
///
///     every k steps:  A ← (1 − β)A + β E aaᵀ,   S ← (1 − β)S + β E ddᵀ          a: inputs, d: signals for drawn targets
///     every r times:  A = Q_A diag(α) Q_Aᵀ,   S = Q_S diag(σ) Q_Sᵀ,   Λ = σαᵀ
///     EK-FAC:  Λ ← (1 − β)Λ + β E (Q_SᵀVᵢQ_A)²      Vᵢ = Σ daᵀ of an observation;     D = Λ + λ
///     K-FAC:   Dᵢⱼ = (σᵢ + √λ/π)(αⱼ + π√λ)                                             π² = (tr A/n)/(tr S/m)
///     G ← Q_S((Q_SᵀGQ_A)/D)Q_Aᵀ,   λ = δ·mean σαᵀ;      all G ← G·min(1, √(κ/Σ⟨G before, G⟩))
///
/// G is the gradient of a product's weights with that of its bias as last column. Tensors that are in no product keep their
/// gradient; a rule of their own suits them (`Partitioned` inside). Before the first signals the gradient stays as it is.
///
/// **Needs** signals (`SignalOracle`) every k steps. **Keeps** what the rule keeps, and 2(m² + n²) + mn doubles a product.
/// Cost: 2mn(m + n) multiplications a step and product; 9(m³ + n³) more at a new basis.
/// **Guarantee** steps that do not change when layers are scaled or their inputs are mixed, for small λ.
/// **Reference** J. Martens & R. Grosse, ICML 2015, §§5–6; T. George et al., *EK-FAC*, NeurIPS 2018, algorithm 1.
public struct KroneckerPreconditioned<Base: UpdateRule>: UpdateRule {
  /// Which eigenvalues.
  public enum Kind: String, Sendable, Codable, Hashable, CaseIterable {
    case factored = "k-fac"
    case corrected = "ek-fac"
  }

  public var base: Base
  public var kind: Kind
  /// δ.
  public var damping: Double
  /// β.
  public var share: Double
  /// k.
  public var every: Int
  /// r.
  public var refresh: Int
  /// κ; infinite for none.
  public var limit: Double

  public init(
    _ base: Base, _ kind: Kind = .corrected, damping: Double = 0.1, share: Double = 0.05, every: Int = 5,
    refresh: Int = 10, limit: Double = .infinity
  ) {
    precondition(damping > 0 && damping.isFinite, "damping is a positive number, not \(damping)")
    precondition(share > 0 && share <= 1, "a batch replaces a share between 0 and 1, not \(share)")
    precondition(every > 0 && refresh > 0 && limit > 0, "signals are heard every \(every) steps")
    self.base = base
    self.kind = kind
    self.damping = damping
    self.share = share
    self.every = every
    self.refresh = refresh
    self.limit = limit
  }

  /// The memory of the rule, and the curvature of each product.
  public struct State: Sendable, Codable {
    public internal(set) var base: Base.State
    /// In the order in which they were first heard of.
    public internal(set) var products: [KroneckerMemory] = []
    /// Batches of signals that were heard.
    public internal(set) var heard = 0
  }

  public var wordsPerParameter: Double { base.wordsPerParameter }
  public var needsGradientNorm: Bool { base.needsGradientNorm }
  public var needsLoss: Bool { base.needsLoss }

  /// Numbers of eight bytes that the curvature takes for tensors with these shapes, each taken for a product with a bias.
  public static func curvatureNumbers(_ layout: Layout) -> Double {
    layout.slots.filter { $0.shape.count > 1 }.reduce(0.0) { sum, slot in
      let (m, n) = (Double(slot.shape[0] + 1), Double(slot.count / slot.shape[0] + 1))
      return sum + 2 * (m * m + n * n) + m * n
    }
  }

  public func start(_ layout: Layout) -> State { State(base: base.start(layout)) }

  public func wantsSignals(at step: Int) -> Bool { (step - 1) % every == 0 }

  /// Takes the signals of a batch in. A product whose moments are no numbers keeps what it has.
  public func hear(_ signals: [ProductSignals], state: inout State, layout: Layout) {
    for signal in signals where KroneckerMemory.fits(signal, layout) {
      let k = state.products.firstIndex { $0.weights == signal.weights }
      var memory = k.map { state.products[$0] } ?? KroneckerMemory(signal)
      memory.observe(signal, share, isNewBasis: state.heard % refresh == 0, isCorrected: kind == .corrected)
      if let k { state.products[k] = memory } else { state.products.append(memory) }
    }
    state.heard += 1
    base.hear(signals, state: &state.base, layout: layout)
  }

  public func wantedCurvature(at step: Int) -> CurvatureEstimate? { base.wantedCurvature(at: step) }

  public func hear(_ diagonal: Span<Float>, state: inout State, layout: Layout) {
    base.hear(diagonal, state: &state.base, layout: layout)
  }

  /// The step of the rule on hearing the divided gradient.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    var divided = gradient.withUnsafeBufferPointer { Array($0) }
    var inner = 0.0
    for product in state.products {
      guard product.isReady else { continue }
      inner += product.divide(&divided, layout, damping: damping, isCorrected: kind == .corrected)
    }
    if inner > limit {
      let factor = Float((limit / inner).squareRoot())
      for product in state.products where product.isReady { product.scale(&divided, layout, factor) }
    }
    var context = context
    if base.needsGradientNorm { context.gradientNorm = gradientNorm(divided.span) }
    base.update(&parameters, gradient: divided.span, state: &state.base, layout: layout, context: context)
  }

  public func evaluationPoint(_ parameters: Span<Float>, state: State, layout: Layout) -> [Float]? {
    base.evaluationPoint(parameters, state: state.base, layout: layout)
  }
}
