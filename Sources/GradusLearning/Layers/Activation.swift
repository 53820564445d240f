// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A function of each number by itself.
public enum Activation: String, Layer, CaseIterable {
  case identity
  /// max(0, x).
  case relu
  /// x, or 0.01x below 0.
  case leakyRelu
  /// x, or eˣ − 1 below 0.
  case elu
  /// xΦ(x) with the approximation of Φ by tanh.
  case gelu
  /// xΦ(x).
  case exactGelu
  /// xσ(x).
  case silu
  case sigmoid
  case tanh
  /// ln(1 + eˣ).
  case softplus

  public var tensors: [ModelTensor] { [] }

  /// The same as without parameters, of which an activation has none.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor { self(x) }

  /// Any shape → the same, number by number.
  public func callAsFunction(_ x: TracedTensor) -> TracedTensor {
    switch self {
    case .identity: x
    case .relu: x.relu()
    case .leakyRelu: x.leakyRelu()
    case .elu: x.relu() + (-(-x).relu()).exp() - 1
    case .gelu: x.gelu()
    case .exactGelu: x.exactGelu()
    case .silu: x.silu()
    case .sigmoid: x.sigmoid()
    case .tanh: x.tanh()
    case .softplus: x.softplus()
    }
  }
}
