// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import Testing

/// The numbers of a model by name, and the program for others.
@Suite struct FiveElementDataTests {
  private static let text = """
    sets: {FOOD: [beef, fish], N: 1..k}
    parameters:
      cost: {over: FOOD, values: {beef: 3, fish: 2}}
      twice: {over: FOOD, values: 2 * k}
      amount: {over: [FOOD, N], values: [[60, 20], [8, 10]], default: 0}
      mixed: {over: FOOD, values: [1, "cost[beef]"]}
      total: sum(f in FOOD) cost[f]
      k: 2
    variables:
      buy: {over: FOOD, lower: 0, upper: total}
    minimize: sum(f in FOOD) (cost[f] * buy[f] + amount[f,1] * buy[f]^2)
    """

  private func data(_ text: String, limit: Int = 100, ending: String = "yaml") throws -> FiveElementData? {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("model.\(ending)")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try FiveElementData(path: file.path, limit: limit)
  }

  @Test func numbersAreNamedAndExpressionsAreNot() throws {
    let found = try #require(try data(Self.text))
    #expect(
      found.entries.map(\.name) == [
        "cost[beef]", "cost[fish]", "amount[beef,1]", "amount[beef,2]", "amount[fish,1]", "amount[fish,2]", "k",
      ])
    #expect(found.entries.map(\.value) == [3, 2, 60, 20, 8, 10, 2])
    #expect(found.count == 7)
    let few = try #require(try data(Self.text, limit: 3))
    #expect(few.entries.count == 3 && few.count == 7)
    #expect(few.entries == Array(found.entries.prefix(3)))
  }

  @Test func whatIsMadeOfANumberMovesWithIt() throws {
    let found = try #require(try data(Self.text))
    let moved = try found.program(moving: found.entries[0], by: 0.5)
    #expect(found.program.linear.columnUpper == [5, 5] && moved.linear.columnUpper == [5.5, 5.5])
    #expect(found.program.linear.costs[0] == 3 && moved.linear.costs[0] == 3.5)
    #expect(found.program.linear.costs[1] == moved.linear.costs[1])
  }

  @Test func theEndOfASetMustBeWhole() throws {
    let found = try #require(try data(Self.text))
    #expect(throws: ReadError.self) { try found.program(moving: found.entries[6], by: 1e-3) }
  }

  @Test func otherFilesHaveNoSuchData() throws {
    #expect(try data("\\ empty\nmin\n obj: x\nend\n", ending: "lp") == nil)
    #expect(throws: (any Error).self) { try data("sets: [", ending: "yaml") }
  }
}
