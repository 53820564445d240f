// SPDX-License-Identifier: Apache-2.0

/// What a linear model is trained to tell.
public enum TrainingTask: String, Sendable, Codable, Hashable, CaseIterable {
  /// One of two labels, by the logistic loss.
  case binary
  /// One of several labels, by the softmax loss.
  case multiclass
  /// A number, by half its squared error.
  case regression

  /// What the targets suggest: two values → binary; words, or integers of at most 100 in a LIBSVM file → multiclass;
  /// otherwise regression.
  public init(suggestedBy targets: DataTable.Targets, in format: DataFile.Format) {
    switch targets {
    case .labels(let labels): self = Set(labels).count == 2 ? .binary : .multiclass
    case .numbers(let numbers):
      if Set(numbers).count == 2 {
        self = .binary
      } else if format == .svm, numbers.allSatisfy({ $0 == $0.rounded() && abs($0) <= 100 }) {
        self = .multiclass
      } else {
        self = .regression
      }
    }
  }
}
