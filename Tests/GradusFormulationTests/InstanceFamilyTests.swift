// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct InstanceFamilyTests {
  static let names = InstanceFamilies.all.map(\.name)

  @Test func familiesAreFoundByName() {
    #expect(Self.names.count == 20 && Set(Self.names).count == 20)
    #expect(InstanceFamilies.family(named: "job-shop")?.name == "job-shop")
    #expect(InstanceFamilies.family(named: "jobshop") == nil)
  }

  @Test(arguments: names)
  func statementsAreTheirTextsAndHaveTheWantedSize(_ name: String) throws {
    let family = try #require(InstanceFamilies.family(named: name))
    for (k, size) in [1, 7, 14, 40].enumerated() {
      for seed in 0..<3 as Range<UInt64> {
        var stream = RandomStream(seed: 100 * UInt64(k) + seed)
        let model = family.statement(size: size, difficulty: Double(seed) / 2, &stream)
        #expect(model.name == name)
        #expect(try FiveElementStatement(reading: model.text()) == model)
        #expect(try FiveElementStatement(reading: model.text(.json), notation: .json) == model)
        for parameter in model.parameters {
          #expect(parameter.values.count == model.count(over: parameter.over), "\(parameter.name)")
          #expect(parameter.values.allSatisfy { $0.isFinite })
        }
        // Squares and triangles leap between small sizes.
        let count = try model.program().variableCount
        let slack = size < 40 ? 0.5 : 0.3
        if size >= 14 { #expect(abs(Double(count - size)) <= slack * Double(size), "\(count) of \(size)") }
      }
    }
  }

  @Test(arguments: names)
  func allDataHaveAnOptimum(_ name: String) async throws {
    let family = try #require(InstanceFamilies.family(named: name))
    let executor = ModelExecutor(timeLimit: 10)
    for (k, size) in [5, 12].enumerated() {
      for seed in 0..<2 as Range<UInt64> {
        var stream = RandomStream(seed: 7 + 10 * UInt64(k) + seed)
        let model = family.statement(size: size, difficulty: Double(seed), &stream)
        let first = try await executor.run(model.text())
        #expect(first.hasOptimum && (first.status == .optimal || name == "pooling"), "\(first) \(model.text())")
        let other = family.resampled(model, &stream)
        #expect(other.parameters != model.parameters)
        let second = try await executor.run(other.text())
        #expect(second.hasOptimum, "\(second) \(other.text())")
        var emptied = (model, other)
        for p in model.parameters.indices {
          #expect(emptied.1.parameters[p].values.count == emptied.0.parameters[p].values.count)
          emptied.0.parameters[p].values = []
          emptied.1.parameters[p].values = []
        }
        #expect(emptied.0 == emptied.1)
      }
    }
  }

  @Test(arguments: names)
  func theStreamDecidesEverything(_ name: String) throws {
    let family = try #require(InstanceFamilies.family(named: name))
    func everything(_ seed: UInt64) -> [String] {
      var stream = RandomStream(seed: seed)
      let model = family.statement(size: 12, difficulty: 0.4, &stream)
      let other = family.resampled(model, &stream)
      let words = family.words(model, &stream)
      return [model.text(), other.text(), words]
    }
    #expect(everything(3) == everything(3))
    for (a, b) in zip(everything(3), everything(4)) { #expect(a != b) }
  }

  /// Other families' statements, and those without elements, are left alone and do no harm.
  @Test(arguments: names)
  func foreignStatementsAreLeftAlone(_ name: String) throws {
    let family = try #require(InstanceFamilies.family(named: name))
    var stream = RandomStream(seed: 1)
    var model = family.statement(size: 10, difficulty: 0.5, &stream)
    for k in model.sets.indices { model.sets[k].elements = [] }
    for k in model.parameters.indices { model.parameters[k].values = [] }
    #expect(family.resampled(model, &stream) == model)
    #expect(!family.words(model, &stream).isEmpty)
    let foreign = FiveElementStatement(name: "other")
    #expect(family.resampled(foreign, &stream) == foreign)
    #expect(!family.words(foreign, &stream).isEmpty)
  }
}
