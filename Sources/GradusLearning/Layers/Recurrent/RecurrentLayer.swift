// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A layer that goes through a sequence and carries a state: [rows, time, inputs] → [rows, time, width].
public protocol RecurrentLayer: Layer {
  /// Numbers of an input at one time.
  var inputs: Int { get }
  /// Numbers of a hidden state, which is the output.
  var width: Int { get }
  /// What a state is before the first input, number by number: the hidden state, and whatever else is carried.
  var startState: [Double] { get }
  /// Hidden states [time, rows, width] of inputs [time, rows, inputs], and the state [rows, ..] behind the last, beginning
  /// with its hidden state.
  func run(
    _ x: TracedTensor, from start: TracedTensor, _ parameters: ModelParameters
  ) -> (hidden: TracedTensor, end: TracedTensor)
}

extension RecurrentLayer {
  /// [rows, time, inputs] → [rows, time, width]: the hidden states of whole sequences, each from the start state.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    let byTime = x.permuted([1, 0, 2])
    return run(byTime, from: start(rows: x.shape[0], like: x), parameters).hidden.permuted([1, 0, 2])
  }

  /// The state before the first input of each row.
  public func start(rows: Int, like x: TracedTensor) -> TracedTensor {
    x.tape.constant(Tensor(startState, [1, startState.count]).copied(to: x.precision))
      .broadcast(to: [rows, startState.count])
  }

  /// This layer forward and the same kind backward in time.
  public var bidirectional: Bidirectional<Self> { Bidirectional(self) }
}

/// Kinds of recurrent layers.
public enum RecurrentKind: String, Sendable, Codable, Hashable, CaseIterable {
  case lstm, gru, slstm

  /// A layer of this kind.
  public func layer(_ inputs: Int, _ width: Int) -> any RecurrentLayer {
    switch self {
    case .lstm: LSTM(inputs, width)
    case .gru: GRU(inputs, width)
    case .slstm: SLSTM(inputs, width)
    }
  }
}
