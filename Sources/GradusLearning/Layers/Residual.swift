// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A layer around which its input passes.
///
///     plain          x + f(x)
///     normedBefore   x + f(norm x)
///     normedAfter    norm(x + f(x))
///     gated          x + αf(x), α a trained number that begins at 0 (ReZero)
///
/// **Reference** K. He et al., *Deep residual learning*, CVPR 2016; R. Xiong et al., *On layer normalization in the
/// transformer architecture*, ICML 2020; T. Bachlechner et al., *ReZero is all you need*, UAI 2021.
public struct Residual<Body: Layer>: Layer {
  public var body: Body
  public var kind: ResidualKind
  /// Numbers of the last axis, which are normalized.
  public var width: Int

  public init(_ body: Body, width: Int, _ kind: ResidualKind = .normedBefore) {
    self.body = body
    self.width = width
    self.kind = kind
  }

  public var tensors: [ModelTensor] { kind.tensors("norm", width) + body.tensors("body") }

  /// [.., width] → the same shape, which the body has to keep.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    kind.around(x, width, parameters.part("norm")) { body($0, parameters.part("body")) }
  }
}

/// How the input of a layer passes around it.
public enum ResidualKind: String, Sendable, Codable, Hashable, CaseIterable {
  case plain, normedBefore, normedAfter, gated

  /// What it takes to pass by a layer, at `place`.
  func tensors(_ place: String, _ width: Int) -> [ModelTensor] {
    switch self {
    case .plain: []
    case .normedBefore, .normedAfter: LayerNorm(width).tensors(place)
    case .gated: [ModelTensor("gate", [1], .constant(0))].placed(place)
    }
  }

  func around(
    _ x: TracedTensor, _ width: Int, _ parameters: ModelParameters, _ body: (TracedTensor) throws -> TracedTensor
  ) rethrows -> TracedTensor {
    switch self {
    case .plain: x + (try body(x))
    case .normedBefore: x + (try body(LayerNorm(width)(x, parameters)))
    case .normedAfter: LayerNorm(width)(x + (try body(x)), parameters)
    case .gated: x + (try body(x)) * parameters["gate"]
    }
  }
}
