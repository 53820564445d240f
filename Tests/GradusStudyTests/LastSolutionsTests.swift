// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusStudy
import Testing

/// What lies beside a store for the next problem to start from.
@Suite struct LastSolutionsTests {
  private let store: String
  private let names: NameTable = ["x", "y"]

  init() {
    store = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-\(UUID().uuidString)").path
  }

  @Test func theLastOneOfEachFamilyIsKept() throws {
    var last = LastSolutions(beside: store)
    defer { try? FileManager.default.removeItem(atPath: last.path) }
    #expect(last.point(of: "a", names: names) == nil)
    try last.remember([1, 0.1], names: names, of: "a")
    try last.remember([3, 4], names: names, of: "b")
    try last.remember([1 / 3.0, 2.5e-300], names: names, of: "a")
    let again = LastSolutions(beside: store)
    #expect(again.point(of: "a", names: names) == [1 / 3.0, 2.5e-300])
    #expect(again.point(of: "b", names: names) == [3, 4])
    #expect(again.point(of: "c", names: names) == nil)
  }

  @Test func otherNamesAreAnotherProblem() throws {
    var last = LastSolutions(beside: store)
    defer { try? FileManager.default.removeItem(atPath: last.path) }
    try last.remember([1, 2], names: names, of: "a")
    #expect(last.point(of: "a", names: ["y", "x"]) == nil)
    #expect(last.point(of: "a", names: ["x"]) == nil)
    #expect(last.point(of: "a", names: ["x", "y", "z"]) == nil)
  }

  @Test(arguments: ["", "half of someth", "[1, 2]", #"{"schema":"gradus.starts/9","starts":[]}"#, "{}"])
  func aFileThatIsNotOursIsLeftAlone(text: String) throws {
    let path = LastSolutions(beside: store).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    var last = LastSolutions(beside: store)
    #expect(last.point(of: "a", names: names) == nil)
    try last.remember([1, 2], names: names, of: "a")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func entriesThatMeanNothingAreNoStarts() throws {
    let path = LastSolutions(beside: store).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = #"{"schema":"gradus.starts/1","starts":[7,{"family":"a"},{"family":"a","names":"z","values":["x"]}]}"#
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    #expect(LastSolutions(beside: store).point(of: "a", names: names) == nil)
  }

  @Test func pointsThatAreTooLargeOrNotFiniteAreNotKept() throws {
    var last = LastSolutions(beside: store)
    try last.remember([1, .infinity], names: names, of: "a")
    let count = LastSolutions.largest + 1
    try last.remember([Double](repeating: 0, count: count), names: .numbered("x", count: count), of: "a")
    #expect(!FileManager.default.fileExists(atPath: last.path))
  }
}
