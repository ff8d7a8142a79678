import workbench as wb

task = wb.tasks.load("digits")
model = wb.fit(wb.models.create("resnet8", task, seed=0), task, epochs=10, seed=0)

study = wb.Study.open("digits", task=task, model=model)
study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.Distillation(epochs=3), wb.StaticQuantization()]))
frontier = study.frontier("size_bytes", "accuracy")
frontier.plot("frontier.png")

artifact = frontier.best(max_drop=0.03).publish("digits-small", alias="champion")
wb.load_artifact(artifact.path).predict(task.validation.inputs[:8])  # imports no torch
