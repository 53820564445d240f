// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Testing

@Suite struct StepTreeTests {
  /// A word of digits to be found; a place is worth its right digits, less the wrong ones.
  struct Word: StepOracle {
    var digits = [3, 1, 4, 1]
    /// What is proposed below each place in turn, 0 ..< 5, unless a remark says what is right.
    let asked = Gathered<[StepRequest<[Int]>]>()

    func propose(
      _ requests: [StepRequest<[Int]>], stream: RandomStream
    ) async throws -> [StepProposal<[Int], Int>?] {
      asked.add(requests)
      return requests.enumerated().map { k, request in
        let count = request.isWhole ? digits.count - request.place.count : 1
        let hints = request.remarks.compactMap { Int($0) }
        let steps = (0..<count).map { hints.count > $0 ? hints[$0] : (k + $0) % 5 }
        let place = request.place + steps
        return StepProposal(steps, to: place, isFinal: place.count == digits.count)
      }
    }

    func judge(_ places: [[Int]], stream: RandomStream) async throws -> [StepVerdict] {
      places.map { place in
        let right = zip(place, digits).count { $0 == $1 }
        return StepVerdict(Double(2 * right - place.count), remarks: digits.map(String.init))
      }
    }
  }

  typealias Search = StepTreeSearch<[Int], Int>

  @Test func sharesAreThoseOfTheSoftmax() {
    #expect(StepRule.allotment(6, [0, 0], temperature: 1) == [3, 3])
    // 1 : e⁻¹ of 6 is 4.386 : 1.614.
    #expect(StepRule.allotment(6, [40, 0], temperature: 40) == [4, 2])
    #expect(StepRule.allotment(5, [1, 3, 2], temperature: 0) == [0, 5, 0])
    #expect(StepRule.allotment(3, [2, 2], temperature: 0) == [2, 1])
    #expect(StepRule.allotment(4, [0, -Double.greatestFiniteMagnitude], temperature: 1e-300) == [4, 0])
    #expect(StepRule.allotment(0, [1], temperature: 1) == [0])
    #expect(StepRule.allotment(-2, [1], temperature: 1) == [0])
    #expect(StepRule.allotment(3, [], temperature: 1) == [])
  }

  @Test func verdictsTravelUpTheTree() {
    var tree = StepTree<String, String>("")
    let a = tree.add("a", by: ["a"], under: 0, isFinal: false)
    let b = tree.add("ab", by: ["b"], under: a, isFinal: true)
    let c = tree.add("ac", by: ["c"], under: a, isFinal: true)
    let d = tree.add("xyz", by: ["x", "y", "z"], under: 0, isFinal: true)
    tree.judge(a, 1, remarks: ["so"])
    tree.judge(b, 2, remarks: [])
    tree.judge(c, .nan, remarks: [])
    tree.judge(b, 50, remarks: [])
    #expect(tree[0].visits == 3 && tree[a].visits == 3 && tree[0].best == 2 && tree[b].total == 2)
    #expect(tree[c].score == -Double.greatestFiniteMagnitude && tree[d].score == nil && tree[d].depth == 3)
    #expect(tree.path(to: b) == ["a", "b"] && tree.path(to: 0) == [] && tree.bestFinal == b)
    #expect(tree.ranked([c, d, b]) == [b, c] && tree.siblings == [[b, c]])
  }

  @Test func aBeamFindsTheWordAndEnds() async throws {
    let word = Word()
    let run = try Run([], by: Search(.beam(width: 1, branching: 5), threshold: 4), asking: word, seed: 1)
    while try await run.step() {}
    #expect(run.report.point == [3, 1, 4, 1] && run.report.value == -4)
    // Five proposals on each of four levels, and the root.
    #expect(run.state.tree.count == 21 && run.progress.answers == 8)
    #expect(word.asked.all.map(\.count) == [5, 5, 5, 5])
    // A narrower one does not see the 3.
    let narrow = try Run([], by: Search(.beam(width: 1, branching: 3), threshold: 4), asking: Word(), seed: 1)
    while try await narrow.step() {}
    #expect(narrow.report.value == 0 && narrow.state.isOver)
  }

  @Test func widthIsHowManyGoOn() async throws {
    let run = try Run([], by: Search(.beam(width: 2, branching: 4), threshold: 9), asking: Word(), seed: 1)
    while try await run.step() {}
    let nodes = run.state.tree.nodes
    #expect((1...4).map { depth in nodes.count { $0.depth == depth } } == [4, 8, 8, 8])
    #expect(Set(nodes.filter { $0.depth == 3 }.map(\.parent)).count == 2)
  }

  @Test func bestOfAsksInWaves() async throws {
    let word = Word()
    let run = try Run([], by: Search(.bestOf(count: 7, wave: 3), threshold: 9), asking: word, seed: 1)
    while try await run.step() {}
    #expect(word.asked.all.map(\.count) == [3, 3, 1])
    #expect(word.asked.all.joined().allSatisfy { $0.isWhole && $0.place.isEmpty })
    // 0123, 1234, 2340, three times; each has one right digit or none.
    #expect(run.state.tree.count == 8 && run.report.point == [0, 1, 2, 3])
    let early = try Run([], by: Search(.bestOf(count: 7, wave: 3), threshold: -2), asking: Word(), seed: 1)
    while try await early.step() {}
    #expect(early.state.tree.count == 4)
  }

  @Test func budgetsOfRebaseAreKept() async throws {
    let run = try Run([], by: Search(.rebase(budget: 6, temperature: 1), threshold: 9), asking: Word(), seed: 1)
    while try await run.step() {}
    let nodes = run.state.tree.nodes
    #expect((1...4).map { depth in nodes.count { $0.depth == depth } } == [6, 6, 6, 6])
    // The right first digit has e² : 1 against each of five others: 6·7.389/12.389 is 3.58.
    let right = try #require(nodes.firstIndex { $0.place == [3] })
    #expect(nodes.count { $0.parent == right } == 4)
  }

  @Test func repairsHearWhatWasWrong() async throws {
    let word = Word()
    let run = try Run([], by: Search(.bestOf(count: 2), threshold: 4, repairs: 3), asking: word, seed: 1)
    while try await run.step() {}
    #expect(run.report.point == [3, 1, 4, 1])
    let asked = word.asked.all
    // Told once it is right.
    #expect(asked.map(\.count) == [2, 2] && asked[1].allSatisfy { $0.remarks == ["3", "1", "4", "1"] })
    let deaf = try Run([], by: Search(.bestOf(count: 2), threshold: 4), asking: Word(), seed: 1)
    while try await deaf.step() {}
    #expect(deaf.report.value == 2)
  }

  /// Answers nothing, too little, or no numbers.
  struct Broken: StepOracle {
    var isSilent: Bool

    func propose(_ requests: [StepRequest<[Int]>], stream: RandomStream) async throws -> [StepProposal<[Int], Int>?] {
      isSilent ? [nil] : requests.map { _ in StepProposal([1], to: [1], isFinal: true) }
    }

    func judge(_ places: [[Int]], stream: RandomStream) async throws -> [StepVerdict] { [StepVerdict(.nan)] }
  }

  @Test(arguments: [StepRule.bestOf(count: 3), .beam(width: 2, branching: 3), .rebase(budget: 3, temperature: 1)])
  func brokenAnswersEndInNothing(_ rule: StepRule) async throws {
    let silent = try Run([], by: Search(rule, threshold: 1), asking: Broken(isSilent: true), seed: 1)
    while try await silent.step() {}
    #expect(silent.state.wasted == 3 && silent.report.point == [] && silent.report.claim == .failed)
    let numberless = try Run([], by: Search(rule, threshold: 1, repairs: 1), asking: Broken(isSilent: false), seed: 1)
    while try await numberless.step() {}
    #expect(numberless.report.point == [1] && numberless.state.tree.count == 7)
  }

  @Test(arguments: [
    StepRule.bestOf(count: 0), .beam(width: 0, branching: 1), .beam(width: 1, branching: 0),
    .rebase(budget: 0, temperature: 1), .rebase(budget: 3, temperature: .nan),
  ])
  func emptyRulesAreRefused(_ rule: StepRule) {
    #expect(throws: Unsuitable.self) { try Run([], by: Search(rule), asking: Word(), seed: 1) }
  }

  @Test func aSavedRunGoesOnToTheBit() async throws {
    let method = Search(.rebase(budget: 4, temperature: 2), threshold: 9, repairs: 1)
    let whole = try Run([], by: method, asking: Word(), seed: 2)
    while try await whole.step() {}
    for half in [1, 4, 7] {
      let first = try Run([], by: method, asking: Word(), seed: 2)
      for _ in 0..<half { _ = try await first.step() }
      let second = try Run<Search>(resuming: first.checkpoint(), of: [], asking: Word())
      while try await second.step() {}
      #expect(try Coding.encode(second.state) == Coding.encode(whole.state))
    }
  }
}
