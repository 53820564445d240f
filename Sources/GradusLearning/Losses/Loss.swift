// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// What a batch of outputs is compared with.
public enum BatchTargets {
  /// One class a row of outputs; a row of −1 does not count.
  case classes(TensorIndices)
  /// One distribution a row, [rows, classes].
  case distributions(TracedTensor)
  /// Numbers [rows, outputs]; where they were standardized, as the model sees them.
  case numbers(TracedTensor, Standardization?)

  public var kind: TargetKind {
    switch self {
    case .classes: .classes
    case .distributions: .distributions
    case .numbers: .numbers
    }
  }
}

/// The kinds of targets that there are.
public enum TargetKind: String, Sendable, Codable, Hashable, CaseIterable {
  case classes, distributions, numbers
}

/// A number that says how far outputs are from their targets, to be minimized: a value without state.
///
///     L = 1/n Σᵢ ℓ(oᵢ, tᵢ)          n: rows that count
///
/// Everything is recorded on the tape of the outputs, so that a loss can be differentiated as often as the outputs.
/// Outputs of a computation that failed have no rows; a loss returns them as they are, with their error.
/// Losses that need targets of another kind than they are given are refused by `NetworkLoss`, and here are a broken contract.
public protocol Loss: Sendable, Codable, Hashable {
  /// The kinds of targets that outputs can be compared with.
  var targetKinds: Set<TargetKind> { get }
  /// ℓ of each row that counts, [n].
  func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor
  /// The mean of these, a scalar.
  func mean(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor
  /// How many rows of outputs count.
  func count(_ targets: BatchTargets, rows: Int) -> Int
  /// The numbers that outputs under this loss are usually judged by; nil when there are none but the loss itself.
  func tally(classCount: Int) -> (any MetricTally)?
}

extension Loss {
  public func mean(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    losses(of: outputs, targets).mean()
  }

  public func tally(classCount: Int) -> (any MetricTally)? { nil }

  public func count(_ targets: BatchTargets, rows: Int) -> Int {
    if case .classes(let labels) = targets { labels.values.count { $0 >= 0 } } else { rows }
  }

  func refuse(_ targets: BatchTargets) -> Never {
    let kinds = targetKinds.map(\.rawValue).sorted().joined(separator: " or ")
    preconditionFailure("\(Self.self) compares outputs with \(kinds), not with \(targets.kind.rawValue)")
  }
}

/// Outputs of rows with a class that counts, with those classes: rows of −1 are left out.
func counted(_ outputs: TracedTensor, _ labels: TensorIndices) -> (TracedTensor, TensorIndices) {
  guard labels.values.contains(where: { $0 < 0 }) else { return (outputs, labels) }
  let kept = labels.values.indices.filter { labels.values[$0] >= 0 }
  return (outputs.rows(TensorIndices(kept)), TensorIndices(kept.map { Int(labels.values[$0]) }))
}

extension TracedTensor {
  /// A constant of this tensor's precision.
  func constant(_ numbers: [Double], _ shape: TensorShape) -> TracedTensor {
    precision == .double
      ? tape.constant(Tensor(numbers, shape)) : tape.constant(Tensor(numbers.map { Float($0) }, shape))
  }

  /// 1 in the column of each row's label, 0 elsewhere: a constant [rows, columns] for this tensor of that shape.
  func indicator(of labels: TensorIndices) -> TracedTensor {
    let width = shape[-1]
    var numbers = [Double](repeating: 0, count: labels.values.count * width)
    for (row, label) in labels.values.enumerated() where label >= 0 && Int(label) < width {
      numbers[row * width + Int(label)] = 1
    }
    return constant(numbers, [labels.values.count, width])
  }
}
