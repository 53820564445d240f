// SPDX-License-Identifier: Apache-2.0
public import GradusFirstOrder
public import GradusNumerics
public import GradusTensor

/// A model: its tensors, and what it makes of a batch. A value; the parameters are kept apart from it.
public protocol Network: ModelPart {
  /// Scores of a batch: one row an observation (or a position of a text), one column a class.
  func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor
  /// Someone who reads texts with it, of which it is shown at most `context` tokens at once.
  func reader(context: Int, parameters: Buffer<Float>) -> any TextReader
}

extension Network {
  /// Where the tensors that are trained lie in one buffer, in the order of the list.
  public var layout: Layout {
    var layout = Layout()
    for tensor in tensors where tensor.isTrained {
      layout.append(tensor.name, tensor.shape, isInputsFirst: tensor.isLinearMap)
    }
    return layout
  }

  /// Where the statistics of the data, which are not trained, lie in a buffer of their own; empty for most models.
  public var statisticsLayout: Layout { Layout(tensors.filter { !$0.isTrained }.map { ($0.name, $0.shape) }) }

  /// Fresh parameters. Each tensor has a stream of its own, so adding one behind the others leaves those as they are.
  public func initialParameters(_ stream: RandomStream) -> Buffer<Float> {
    var numbers: [Float] = []
    for (k, tensor) in tensors.enumerated() where tensor.isTrained {
      numbers += tensor.initializer.numbers(tensor.shape, stream.child("tensor", k))
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

  public init(features: TracedTensor? = nil, tokens: TensorIndices? = nil) {
    self.features = features
    self.tokens = tokens
  }
}
