// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusNative

/// A call that tries trials: `gradus tune` or `gradus worker`.
struct StudySession {
  let desk: StudyDesk
  let show: StudyShow
  let places: Int
  /// Seconds after which it stops; nil: never.
  var seconds: Double?

  /// Opens the study of a plan.
  init(_ storage: StudyStorage, _ plan: StudyPlan, places: Int, isQuiet: Bool) throws {
    let plan = try plan.begun(in: storage)
    desk = try StudyDesk(storage, plan, try StudyMethod(for: plan), host: ProcessIdentity.host)
    show = StudyShow(desk.plan, isQuiet: isQuiet)
    self.places = places
  }

  /// Works until the study is done, the time is over or somebody interrupts.
  func work(_ interruption: Interruption) throws -> (ending: StudyWork.Ending, isOver: Bool) {
    let began = ContinuousClock.now
    show.begin(with: desk.record.flatMap { record in record.best.first.map { record.trials[$0] } })
    let work = try StudyWork(desk, places: places) { [show] in show.note($0) }
    func isOver() -> Bool { seconds.map { (ContinuousClock.now - began).seconds >= $0 } ?? false }
    let ending = try work.run {
      show.draw(count: desk.count())
      return interruption.isRaised || isOver()
    }
    show.clear()
    return (ending, isOver())
  }
}
