// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import Testing

/// How the caller stores its tensors.
@Suite struct LayoutTests {
  /// Parameters after three steps of a rule that takes a row for a neuron.
  private func steps(_ weights: [[Double]], isTurned: Bool) throws -> [[Double]] {
    let (rows, columns) = (weights.count, weights[0].count)
    let shape: JSONValue = isTurned ? [.integer(columns), .integer(rows)] : [.integer(rows), .integer(columns)]
    func stored(_ w: [[Double]]) -> [Double] {
      isTurned ? (0..<columns).flatMap { j in w.map { $0[j] } } : w.flatMap { $0 }
    }
    var run = Conversation()
    let started = try run.say(
      "start",
      [
        "method": "normuon", "x0": JSONValue(numbers: stored(weights)), "settings": ["lr": 0.1],
        "layout": [["name": "w", "shape": shape, "inputsFirst": .bool(isTurned)]],
      ])
    #expect(started["oracle"]?.text == "gradient", "\(started)")
    for k in 0..<3 {
      _ = try run.say("ask")
      let gradient = weights.indices.map { i in weights[i].indices.map { j in Double((i + 1) * (j + k + 1) % 5) - 1.5 }
      }
      #expect(try run.say("tell", ["grad": [JSONValue(numbers: stored(gradient))]])["ok"] == true)
    }
    let flat = try #require(try run.say("end")["recommend"]?.doubles)
    return weights.indices.map { i in
      weights[i].indices.map { j in isTurned ? flat[j * rows + i] : flat[i * columns + j] }
    }
  }

  @Test func mapsWithInputsFirstAreTurned() throws {
    let weights: [[Double]] = [[1, 2, 3, -1], [0.5, -2, 1, 0], [0, 1, 1, 2]]
    let (plain, turned) = (try steps(weights, isTurned: false), try steps(weights, isTurned: true))
    #expect(plain != weights && plain == turned)
  }

  @Test func onlyMatricesCanBeTurned() throws {
    var run = Conversation()
    let refused = try run.send(
      #"{"start": {"method": "sgd", "x0": [1, 2], "layout": [{"name": "b", "shape": [2], "inputsFirst": true}]}}"#)
    #expect(Conversation.code(refused) == "badRequest", "\(refused)")
  }
}
