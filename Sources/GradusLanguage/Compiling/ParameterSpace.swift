// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The numbers, truths and choices of a workflow as a search space, and choices among lists beside them.
///
/// A number without bounds that can be searched is looked for within 10·(1 + |start|) of its start.
struct ParameterSpace: Sendable, Codable {
  let parameters: [WorkflowParameter]
  /// Names of lists with the counts of their elements.
  let lists: [String]
  let space: SearchSpace

  init(_ parameters: [WorkflowParameter], lists: [(name: String, count: Int)] = []) throws(SpaceError) {
    self.parameters = parameters.filter { $0.isSearched }
    self.lists = lists.map(\.name)
    var all: [SpaceParameter] = []
    for parameter in self.parameters {
      switch parameter.domain {
      case .number(let range):
        let start = parameter.start.double ?? 0
        let reach = 10 * (1 + abs(start))
        let isWide = !(range.upperBound - range.lowerBound).isFinite
        let (low, high) = (max(range.lowerBound, start - reach), min(range.upperBound, start + reach))
        all.append(
          SpaceParameter(
            parameter.name,
            isWide ? .float(low: low, high: high) : .float(low: range.lowerBound, high: range.upperBound)))
      case .whole(let range):
        // Doubles hold no larger whole numbers exactly.
        let (low, high) = (max(range.lowerBound, -(1 << 52)), min(range.upperBound, 1 << 52))
        all.append(SpaceParameter(parameter.name, .integer(low: low, high: max(low, high))))
      case .truth: all.append(SpaceParameter(parameter.name, .categorical(["false", "true"])))
      case .choice(let choices):
        all.append(SpaceParameter(parameter.name, .categorical(choices.map { JSONValue.string($0).description })))
      case .text, .demonstrations: break
      }
    }
    for list in lists { all.append(SpaceParameter(list.name, .categorical((0..<list.count).map { "\($0)" }))) }
    space = try SearchSpace(all)
  }

  var isEmpty: Bool { space.parameters.isEmpty }

  /// The values at a point.
  func assignment(_ point: Vector) -> Assignment {
    var assignment: Assignment = [:]
    for (k, parameter) in parameters.enumerated() {
      switch parameter.domain {
      case .number(let range):
        assignment[parameter.name] = .number(min(max(point[k], range.lowerBound), range.upperBound))
      case .whole: assignment[parameter.name] = .whole(Int(point[k].rounded()))
      case .truth: assignment[parameter.name] = .truth(point[k] >= 0.5)
      case .choice(let choices):
        assignment[parameter.name] = .text(choices[min(max(0, Int(point[k])), choices.count - 1)])
      case .text, .demonstrations: break
      }
    }
    return assignment
  }

  /// Which element of each list a point names.
  func elements(_ point: Vector) -> [Int] { lists.indices.map { Int(point[parameters.count + $0].rounded()) } }

  /// The point of these values and of the first element of every list.
  func point(_ assignment: Assignment) -> Vector {
    let values = parameters.map { parameter -> Double in
      let value = assignment[parameter.name] ?? parameter.start
      switch (parameter.domain, value) {
      case (.truth, .truth(let truth)): return truth ? 1 : 0
      case (.choice(let choices), .text(let text)): return Double(choices.firstIndex(of: text) ?? 0)
      default: return value.double ?? 0
      }
    }
    return Vector(values + lists.map { _ in 0 })
  }
}

extension WorkflowParameter {
  /// Whether it is a number or a choice, which can be searched without words.
  var isSearched: Bool {
    switch domain {
    case .number, .whole, .truth, .choice: true
    case .text, .demonstrations: false
    }
  }
}
