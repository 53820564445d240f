// SPDX-License-Identifier: Apache-2.0
public import GradusFirstOrder
public import GradusNumerics
public import GradusTensor

/// How the numbers of a tensor begin.
public enum Initializer: Sendable, Codable, Hashable {
  case constant(Double)
  /// Normal numbers with this standard deviation.
  case normal(Double)

  /// Normal numbers that keep the size of signals before a rectifier: σ = √(2/inputs).
  ///
  /// **Reference** K. He, X. Zhang, S. Ren & J. Sun, *Delving deep into rectifiers*, ICCV 2015.
  public static func he(inputs: Int) -> Initializer { .normal((2 / Double(inputs)).squareRoot()) }

  /// Normal numbers that keep the size of signals in a linear map: σ = 1/√inputs.
  public static func lecun(inputs: Int) -> Initializer { .normal(1 / Double(inputs).squareRoot()) }
}

/// One tensor of a model.
public struct ModelTensor: Sendable, Hashable {
  public var name: String
  public var shape: [Int]
  public var initializer: Initializer

  public init(_ name: String, _ shape: [Int], _ initializer: Initializer) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
  }
}

/// A model: its tensors, and what it makes of a batch. A value; the parameters are kept apart from it.
public protocol Network: Sendable, Codable, Hashable {
  /// Every tensor once, in the order of the flat buffer.
  var tensors: [ModelTensor] { get }
  /// Scores of a batch: one row an observation (or a position of a text), one column a class.
  func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor
}

extension Network {
  /// Where the tensors lie in one buffer.
  public var layout: Layout { Layout(tensors.map { ($0.name, $0.shape) }) }

  /// Fresh parameters. Each tensor has a stream of its own, so adding one leaves the others as they are.
  public func initialParameters(_ stream: RandomStream) -> Buffer<Float> {
    var numbers: [Float] = []
    for (k, tensor) in tensors.enumerated() {
      let count = tensor.shape.reduce(1, *)
      switch tensor.initializer {
      case .constant(let value): numbers += repeatElement(Float(value), count: count)
      case .normal(let deviation):
        var stream = stream.child("tensor", k)
        numbers += (0..<count).map { _ in Float(deviation * stream.normal()) }
      }
    }
    return Buffer(numbers)
  }
}

/// What a model is shown at once.
public struct Batch {
  /// [rows, features]; nil for texts.
  public var features: TracedTensor?
  /// [texts, positions]; nil for features.
  public var tokens: TensorIndices?
}

/// The tensors of a model on a tape, by name.
public struct ModelParameters {
  private let tensors: [String: TracedTensor]

  init(_ tensors: [String: TracedTensor]) { self.tensors = tensors }

  /// The tensor of this name; the model's own list names it, or the program is wrong.
  public subscript(name: String) -> TracedTensor {
    guard let tensor = tensors[name] else { preconditionFailure("the model has no tensor '\(name)' in its list") }
    return tensor
  }
}
