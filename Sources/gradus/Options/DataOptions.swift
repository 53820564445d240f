// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

extension TrainingTask: ExpressibleByArgument {
  /// As a part of a sentence.
  var phrase: String {
    switch self {
    case .binary: "binary classification"
    case .multiclass: "classification of several labels"
    case .regression: "regression"
    }
  }
}

/// Options that say what data are for.
struct DataOptions: ParsableArguments, Sendable {
  @Option(help: "What a model learns from data (.svm, .csv); chosen by the targets when not given.")
  var task: TrainingTask?
}
