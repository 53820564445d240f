// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace

/// Three simulated model calls, one behind the other: extract, compute, format. Each can be told three things, and is not told one
/// to three of them in the beginning; an item needs some of them.
///
/// A call whose prompt lacks something that its item needs is wrong, and so is everything behind it. What is said of a wrong
/// result names one thing that was missing, not who should have been told.
struct DirectivePipeline: Sendable {
  static let stages = ["extract", "compute", "format"]
  static let directives: [[String]] = [
    ["name every number", "leave remarks out", "keep the units"],
    ["work step by step", "round at the end", "check the sign"],
    ["answer in one line", "write the unit", "use plain digits"],
  ]
  /// The probability that an item needs a thing.
  static let need = 0.5

  /// Which things the prompts lack, by stage.
  let lacking: [Set<Int>]
  let random: RandomStream

  init(_ random: RandomStream) {
    var stream = random.child("lacking")
    lacking = Self.stages.map { _ in
      let count = 1 + stream.integer(below: 3)
      return Set(stream.permutation(3)[..<count])
    }
    self.random = random
  }

  func program(items: Int) throws -> LanguageProgram {
    var guide: [String: String] = [:]
    for (stage, phrases) in zip(Self.stages, Self.directives) {
      guide[stage] = "One of three steps. It can be told to: \(phrases.joined(separator: "; "))."
    }
    let parameters = try Self.stages.indices.map { k in
      let told = [0, 1, 2].filter { !lacking[k].contains($0) }.map { "Please \(Self.directives[k][$0])." }
      return try WorkflowParameter(
        "\(Self.stages[k]) prompt", .text(limit: 4000),
        start: .text((["You \(Self.stages[k])."] + told).joined(separator: " ")))
    }
    return LanguageProgram(parameters, guide: guide, models: Set(Self.stages), selectionCount: items)
  }

  /// Which things an item needs of a stage.
  private func needs(_ item: Int, _ stage: Int) -> [Int] {
    var stream = random.child("item", item).child("stage", stage)
    return [0, 1, 2].filter { _ in stream.uniform() < Self.need }
  }

  private func missing(_ item: Int, _ stage: Int, _ prompt: String) -> String? {
    needs(item, stage).first { !prompt.contains(Self.directives[stage][$0]) }.map { Self.directives[stage][$0] }
  }

  func oracle(_ advisor: any LanguageModel, stories: Int = 1) -> TracedProgram {
    TracedProgram(advisor: advisor, stories: stories) { trace in
      var last = trace.input("question", "item \(trace.place)")
      var faults: [String] = []
      for stage in Self.stages.indices {
        let prompt = try trace.text("\(Self.stages[stage]) prompt")
        let fault = missing(trace.place, stage, try prompt.value)
        if let fault { faults.append(fault) }
        let said = fault == nil ? "done" : "something else"
        last = trace.call(Self.stages[stage], [prompt.id, last.id]) { "\(try last.value), \(said)" }
      }
      // Different runs complain of different things.
      var stream = trace.stream
      let fault = faults.isEmpty ? nil : faults[stream.integer(below: faults.count)]
      return TracedProgram.Result(
        output: last.id, score: fault == nil ? 1 : 0,
        remark: fault.map { "Wrong: nobody took care to <\($0)>." } ?? "Right.")
    }
  }

  /// The share of fresh items that come out right.
  func accuracy(_ assignment: Assignment, items: Int) -> Double {
    let right = (0..<items).count { k in
      Self.stages.indices.allSatisfy { stage in
        missing(1_000_000 + k, stage, assignment["\(Self.stages[stage]) prompt"]?.text ?? "") == nil
      }
    }
    return Double(right) / Double(items)
  }
}
