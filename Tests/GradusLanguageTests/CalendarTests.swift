// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

import GradusLanguage

@Suite struct CalendarTests {
  private static func task(_ seed: UInt64, people: Int = 6, constraints: Int = 12, days: Int = 3) throws -> CalendarTask
  {
    var stream = RandomStream(seed: seed)
    return try #require(
      CalendarTask(people: people, constraints: constraints, days: days, solutions: 1...2, &stream))
  }

  @Test func timesAreReadAsTheyAreWritten() {
    let times = CalendarTimes(day: 0, from: 0, to: 3).union(CalendarTimes(day: 3, from: 10, to: 16))
    #expect(times.text == "Monday 09:00-10:30, Thursday 14:00-17:00")
    #expect(CalendarTimes(reading: times.text) == times)
    #expect(CalendarTimes().text == "nothing" && CalendarTimes(reading: " Nothing ") == CalendarTimes())
    #expect(CalendarTimes.whole(2).text == "Monday 09:00-17:00, Tuesday 09:00-17:00")
    #expect(times.meetings(6) == [CalendarTimes(day: 3, from: 10, to: 16)] && times.meetings(2).count == 7)
    #expect(CalendarTimes(day: 1, from: 5, to: 5).isEmpty && CalendarTimes.whole(4).bits == .max)
  }

  @Test(arguments: [
    "", "Monday", "Monday 09:00", "Monday 9-10", "Monday 10:00-09:00", "Monday 08:30-10:00", "Friday 09:00-10:00",
    "Monday 09:15-10:00", "Monday 16:00-17:30", "Monday 09:00-10:00, never", "Monday 09:00-10:00 or later",
    "Monday -1:00-10:00", "Monday 99999999999999999999:00-10:00", "🗓️ 09:00-10:00", "Monday 09:00-09:00",
  ]) func otherTimesAreNotRead(_ text: String) { #expect(CalendarTimes(reading: text) == nil) }

  @Test func constraintsAreReadAsTheyAreWritten() {
    let all: [CalendarConstraint.Kind] = [
      .busy(day: 2, from: 1, to: 16), .notBefore(4), .notAfter(13), .away(day: 3),
    ]
    for kind in all {
      let constraint = CalendarConstraint("Ann", kind)
      #expect(CalendarConstraint(reading: constraint.sentence) == constraint)
    }
    #expect(CalendarConstraint("Ann", all[0]).sentence == "Ann is busy on Wednesday from 09:30 to 17:00.")
    #expect(CalendarConstraint("Ann", .notBefore(1)).times.meetings(1).count == 4)
    for text in [
      "", "Ann.", "Ann is busy.", "Ann is busy on Friday from 09:30 to 17:00.", "Ann cannot meet before noon.",
      "Ann cannot meet at 10:00.", "Ann is away on Monday", "Ann was away on Monday.",
      "Ann is busy on Monday from 12:00 to 11:00.",
    ] {
      #expect(CalendarConstraint(reading: text) == nil, "\(text)")
    }
  }

  @Test func everyConstraintMatters() throws {
    for seed in 0..<20 as Range<UInt64> {
      let task = try Self.task(seed)
      #expect((1...2).contains(task.solutions.count) && task.constraints.count == 12)
      #expect(Set(task.constraints.map(\.person)) == Set(task.people))
      for k in task.constraints.indices {
        var fewer = task
        fewer.constraints.remove(at: k)
        #expect(fewer.solutions.count > task.solutions.count)
      }
      let text = task.planning.text
      #expect(CalendarTask(reading: text) == task)
    }
  }

  @Test func plansAreCheckedByCode() throws {
    let task = try Self.task(3)
    let right = try #require(task.solutions.first)
    #expect(task.isSolved(by: ["Ann: nothing", "Meeting: \(right.text)"]))
    let wrong = CalendarTimes.whole(3).meetings(task.length).filter { !task.solutions.contains($0) }
    for meeting in wrong { #expect(!task.isSolved(by: ["Meeting: \(meeting.text)"])) }
    for line in ["Meeting:", "Meeting: never", "Meeting: Thursday 09:00-10:00", right.text, "Meeting: nothing"] {
      #expect(!task.isSolved(by: [line]), "\(line)")
    }
    // Longer or shorter than wanted is not what was wanted.
    let short = CalendarTask(people: ["Ann"], days: 1, length: 2, constraints: [])
    #expect(!short.isSolved(by: ["Meeting: Monday 09:00-09:30"]) && short.isSolved(by: ["Meeting: Monday 09:00-10:00"]))
    #expect(!short.isSolved(by: ["Meeting: Monday 09:00-10:30"]) && !short.isSolved(by: []))
  }

  /// Rates of the double, within three deviations.
  @Test func theDoubleErrsAsStated() async throws {
    let planner = SimulatedScheduler()
    let constraint = CalendarConstraint("Ann", .busy(day: 0, from: 0, to: 4))
    let task = CalendarTask(people: ["Ann", "Bob"], days: 1, length: 1, constraints: [constraint]).planning
    func rate(_ prompt: String, _ isHit: (String) -> Bool) async throws -> Double {
      var hits = 0
      for k in 0..<2000 {
        let text = try await planner.complete(prompt, stream: RandomStream(seed: 7).child("draw", k)).text
        hits += isHit(text) ? 1 : 0
      }
      return Double(hits) / 2000
    }
    let step = StepRequest<[String]>(place: [], isWhole: false, remarks: [])
    let told = StepRequest<[String]>(place: [], isWhole: false, remarks: [constraint.sentence])
    let slip = try await rate(PlanPrompt.proposal(task, [], step)) { $0 == "<step>Ann: Monday 09:00-17:00</step>" }
    #expect(abs(slip - 0.4) < 0.033)
    let reminded = try await rate(PlanPrompt.proposal(task, [], told)) { $0 == "<step>Ann: Monday 09:00-17:00</step>" }
    #expect(abs(reminded - 0.04) < 0.0132)
    let named = try await rate(PlanPrompt.constraints(task)) { PlanPrompt.items($0) == [constraint.sentence] }
    #expect(abs(named - 0.97) < 0.012)
    let known = [constraint.sentence]
    let wrong = PlanPrompt.verdict(task, known, ["Meeting: Monday 10:00-10:30"])
    let found = try await rate(wrong) { PlanPrompt.verdict($0) == StepVerdict(60, remarks: known) }
    #expect(abs(found - 0.95) < 0.015)
    let right = PlanPrompt.verdict(task, known, ["Meeting: Monday 11:00-11:30"])
    let fine = try await rate(right) { PlanPrompt.verdict($0) == StepVerdict(100) }
    #expect(abs(fine - 0.98) < 0.0095)
    // What is about nobody yet violates nothing of Bob's.
    let other = PlanPrompt.verdict(task, ["Bob is away on Monday."], ["Ann: Monday 09:00-17:00"])
    #expect(try await rate(other) { PlanPrompt.verdict($0) == StepVerdict(100) } == 1)
    // A constraint that is not in the list is not seen.
    let blind = PlanPrompt.verdict(task, [], ["Meeting: Monday 10:00-10:30"])
    #expect(try await rate(blind) { PlanPrompt.verdict($0) == StepVerdict(100) } == 1)
  }

  @Test func theDoubleWritesWholePlans() async throws {
    var planner = SimulatedScheduler()
    planner.slip = 0
    for seed in 0..<20 as Range<UInt64> {
      let task = try Self.task(seed)
      let request = StepRequest<[String]>(place: [], isWhole: true, remarks: [])
      let prompt = PlanPrompt.proposal(task.planning, [], request)
      let said = try await planner.complete(prompt, stream: RandomStream(seed: seed)).text
      let plan = try #require(PlanPrompt.proposal(said, request, task.planning))
      // Without slips every plan is right.
      #expect(plan.isFinal && plan.steps.count == 7 && task.isSolved(by: plan.steps))
    }
    #expect(try await planner.complete("Hello.", stream: RandomStream(seed: 1)).text == "I do not know.")
  }
}
