// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What is known to show for each demonstrations parameter of a workflow: labels of the data, and calls of runs that went well.
struct ExemplarPool: Sendable, Codable {
  /// The most that are shown.
  var most: Int
  /// By parameter, with the place of data that each belongs to.
  private(set) var found: [String: [Exemplar]] = [:]

  struct Exemplar: Sendable, Codable, Hashable {
    var place: Int
    var demonstration: Demonstration
  }

  /// Takes in the calls of a run that went well. Of several calls of one predictor the last one, or as often a random earlier one.
  mutating func add(_ calls: [PredictorCall], at place: Int, of program: LanguageProgram, _ stream: inout RandomStream)
  {
    for parameter in program.demonstrationParameters {
      let own = calls.filter { "\($0.predictor).demonstrations" == parameter.name }
      guard var chosen = own.last else { continue }
      if own.count > 1, stream.uniform() < 0.5 { chosen = own[stream.integer(below: own.count - 1)] }
      found[parameter.name, default: []].append(Exemplar(place: place, demonstration: chosen.values))
    }
  }

  /// What was found, filled up with labels of other places in the order of `places`; none of `excluded`.
  func assignment(_ program: LanguageProgram, labels places: [Int], without excluded: Int? = nil) -> Assignment {
    var assignment = program.start
    for parameter in program.demonstrationParameters {
      guard case .demonstrations(let limit) = parameter.domain else { continue }
      let own = (found[parameter.name] ?? []).filter { $0.place != excluded }
      var shown = own.map(\.demonstration)
      let used = Set(own.map(\.place))
      for place in places where shown.count < min(most, limit) && place != excluded && !used.contains(place) {
        if let label = program.label(parameter.name, at: place) { shown.append(label) }
      }
      assignment[parameter.name] = .demonstrations(Array(shown.prefix(limit)))
    }
    return assignment
  }
}

extension LanguageProgram {
  var demonstrationParameters: [WorkflowParameter] {
    parameters.filter { if case .demonstrations = $0.domain { true } else { false } }
  }

  var instructionParameters: [WorkflowParameter] {
    parameters.filter { if case .text = $0.domain { true } else { false } }
  }

  /// What the data say that a predictor should have answered; nil where they do not.
  func label(_ parameter: String, at place: Int) -> Demonstration? {
    guard let all = labels[parameter], all.indices.contains(place) else { return nil }
    return all[place]
  }
}
