// SPDX-License-Identifier: Apache-2.0

extension TracedTensor {
  /// eˣ.
  public func exp() -> TracedTensor { tape.apply(Exponential(), self) }
  /// ln x; −∞ at 0, NaN below.
  public func log() -> TracedTensor { tape.apply(Logarithm(), self) }
  /// tanh x.
  public func tanh() -> TracedTensor { tape.apply(HyperbolicTangent(), self) }
  /// erf x = 2/√π ∫₀ˣ e^(−t²) dt.
  public func erf() -> TracedTensor { tape.apply(ErrorFunction(), self) }
  /// sin x.
  public func sin() -> TracedTensor { tape.apply(Sine(), self) }
  /// cos x.
  public func cos() -> TracedTensor { tape.apply(Cosine(), self) }
  /// √x.
  public func squareRoot() -> TracedTensor { tape.apply(SquareRoot(), self) }
  /// x².
  public func squared() -> TracedTensor { tape.apply(Square(), self) }
  /// 1/x.
  public func reciprocal() -> TracedTensor { tape.apply(Reciprocal(), self) }
  /// |x|, with slope 0 at 0.
  public func magnitude() -> TracedTensor { tape.apply(Absolute(), self) }
  /// −1, 0 or 1, constant for differentiation.
  public func sign() -> TracedTensor { tape.apply(Sign(), self) }
  /// 1 where x > `threshold`, otherwise 0, constant for differentiation.
  public func step(above threshold: Double = 0) -> TracedTensor { tape.apply(Step(parameter: threshold), self) }
  /// max(x, 0), with slope 0 at 0.
  public func relu() -> TracedTensor { tape.apply(Rectify(), self) }
  /// x where x > 0, otherwise `slope`·x.
  public func leakyRelu(slope: Double = 0.01) -> TracedTensor { tape.apply(LeakyRectify(parameter: slope), self) }
  /// 1/(1 + e⁻ˣ).
  public func sigmoid() -> TracedTensor { tape.apply(Sigmoid(), self) }
  /// x/(1 + e⁻ˣ).
  public func silu() -> TracedTensor { tape.apply(SigmoidLinear(), self) }
  /// ln(1 + eˣ).
  public func softplus() -> TracedTensor { tape.apply(Softplus(), self) }
  /// ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
  public func gelu() -> TracedTensor { tape.apply(GaussianLinear(), self) }
  /// ½x(1 + erf(x/√2)).
  public func exactGelu() -> TracedTensor { self * ((self * 0.5.squareRoot()).erf() * 0.5 + 0.5) }
  /// The same value, through which no derivative passes.
  public func stopGradient() -> TracedTensor { tape.apply(Detach(), self) }

  /// xᵖ: products for p of 0, 1, 2, 3, 4, −1 and ½ by a root; otherwise exp(p·ln x) for x > 0.
  public func power(_ exponent: Double) -> TracedTensor {
    switch exponent {
    case 0: self * 0 + 1
    case 1: self
    case 2: squared()
    case -1: reciprocal()
    case 0.5: squareRoot()
    default: tape.apply(Power(parameter: exponent), self)
    }
  }

  public static prefix func - (x: TracedTensor) -> TracedTensor { x.tape.apply(Negate(), x) }
  public static func * (x: TracedTensor, factor: Double) -> TracedTensor { x.tape.apply(Scale(parameter: factor), x) }
  public static func * (factor: Double, x: TracedTensor) -> TracedTensor { x * factor }
  public static func / (x: TracedTensor, divisor: Double) -> TracedTensor { x * (1 / divisor) }
  public static func + (x: TracedTensor, term: Double) -> TracedTensor { x.tape.apply(Shift(parameter: term), x) }
  public static func + (term: Double, x: TracedTensor) -> TracedTensor { x + term }
  public static func - (x: TracedTensor, term: Double) -> TracedTensor { x + -term }
  public static func - (term: Double, x: TracedTensor) -> TracedTensor { -x + term }
}

/// The same tensor, constant for differentiation.
struct Detach: TensorOperation {
  var name: String { "stopGradient" }
  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor { inputs[0] }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {}
  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool { true }
  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    at.tape.constant(Tensor(repeating: 0, at.output.shape, at.output.precision))
  }
}
