"""CI files, Dockerfiles, scripts and settings of platforms, to what they run."""

from hypothesis import given
from hypothesis import strategies as st

from crowsfoot.facts.shell import Automation, Task
from crowsfoot.frontends import shell
from crowsfoot.frontends.shell.platforms import package_name, read_scripts


def read(name: str, text: str) -> Automation:
    found = shell.read(name, text)
    assert found is not None
    return found


def tasks(name: str, text: str) -> list[tuple[str, str, list[str]]]:
    """Kind, name and Prisma's commands of each task."""
    return [(it.kind, it.name.text, prisma(it)) for it in read(name, text).tasks]


def prisma(task: Task) -> list[str]:
    return [
        " ".join(it.text for it in command.words) for command in task.commands if command.kind == "prisma"
    ]


def job(text: str) -> Task:
    """The one job of a workflow that is given from its second line on."""
    (found,) = read("ci.yml", text).tasks
    return found


WORKFLOW = """
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Migrate
        run: |
          npm ci
          npx prisma migrate deploy
        env:
          DATABASE_URL: {url}
"""


def test_files_are_known_by_their_names() -> None:
    for name in (
        "ci.yml",
        "x.yaml",
        "a.sh",
        "Dockerfile",
        "Dockerfile.prod",
        "web.Dockerfile",
        "Procfile",
        "fly.toml",
    ):
        assert shell.read(name, "npx prisma db push") is not None, name
    for name in ("x.md", "Dockerfile2", "package.json", "schema.prisma", "yml", "config.toml"):
        assert shell.read(name, "npx prisma db push") is None, name


def test_a_job_of_github_is_a_task() -> None:
    text = WORKFLOW.format(url="${{ secrets.DATABASE_URL }}")
    assert tasks("ci.yml", text) == [("job", "deploy", ["migrate deploy"])]


def test_a_secret_address_is_that_of_a_database_that_stays() -> None:
    task = job(WORKFLOW.format(url="${{ secrets.DATABASE_URL }}"))
    assert task.lasting
    assert not task.temporary


def test_an_address_on_the_runner_is_that_of_a_database_that_passes() -> None:
    task = job(WORKFLOW.format(url="postgresql://postgres:postgres@localhost:5432/test"))
    assert task.temporary
    assert not task.lasting


def test_an_address_of_nothing_says_nothing() -> None:
    task = job(WORKFLOW.format(url="x"))
    assert not task.temporary
    assert not task.lasting


def test_a_database_among_the_services_of_a_job_passes() -> None:
    text = WORKFLOW.format(url="${{ secrets.DATABASE_URL }}").replace(
        "    steps:", "    services:\n      database:\n        image: postgres:16\n    steps:"
    )
    assert job(text).temporary


def test_another_service_is_no_database() -> None:
    text = WORKFLOW.format(url="x").replace(
        "    steps:", "    services:\n      cache:\n        image: redis:7\n    steps:"
    )
    assert not job(text).temporary


def test_a_database_that_a_step_starts_passes() -> None:
    text = WORKFLOW.format(url="x").replace("npm ci", "docker compose up -d")
    assert job(text).temporary


def test_an_action_that_sets_a_database_up_passes() -> None:
    text = WORKFLOW.format(url="x").replace("actions/checkout@v4", "ikalnytskyi/action-setup-postgres@v7")
    assert job(text).temporary


def test_what_runs_for_pull_requests_only_passes() -> None:
    text = WORKFLOW.format(url="${{ secrets.DATABASE_URL }}")
    assert job(text.replace("push:\n    branches: [main]", "pull_request:\n    types: [opened]")).temporary
    assert job(text.replace("\n  push:\n    branches: [main]", " pull_request")).temporary
    assert not job(text.replace("push:\n", "pull_request:\n  push:\n")).temporary


def test_a_step_that_speaks_of_tests_is_left_out() -> None:
    text = WORKFLOW.format(url="${{ secrets.DATABASE_URL }}").replace(
        "name: Migrate", "name: Prepare the E2E database"
    )
    assert read("ci.yml", text).tasks == ()


def test_an_environment_says_which_database_it_is() -> None:
    text = WORKFLOW.format(url="x")
    assert job(text.replace("    steps:", "    environment: production\n    steps:")).lasting
    assert job(text.replace("    steps:", "    environment:\n      name: production\n    steps:")).lasting
    assert job(text.replace("    steps:", "    environment: preview\n    steps:")).temporary


def test_what_is_run_on_another_machine_stays() -> None:
    text = """
jobs:
  deploy:
    steps:
      - uses: appleboy/ssh-action@v1
        with:
          script: |
            cd app
            npx prisma db push
"""
    task = job(text)
    assert prisma(task) == ["db push"]
    assert task.lasting


def test_an_address_may_be_written_into_a_file_or_before_the_command() -> None:
    text = WORKFLOW.format(url="x")
    assert job(text.replace("npm ci", 'echo "DATABASE_URL=${{ secrets.DATABASE_URL }}" >> .env')).lasting
    assert job(text.replace("npx", "DATABASE_URL=${{ secrets.PROD_URL }} npx")).lasting


def test_an_alias_may_hide_a_database() -> None:
    text = WORKFLOW.format(url="${{ secrets.DATABASE_URL }}").replace(
        "    steps:", "    services: *shared\n    steps:"
    )
    assert job(text).temporary


def test_jobs_of_gitlab_are_tasks() -> None:
    text = """
stages: [test, deploy]
test:
  services:
    - postgres:16
  script:
    - npx prisma db push
deploy:
  environment: production
  script:
    - npm ci
    - npx prisma migrate deploy
"""
    one, other = read(".gitlab-ci.yml", text).tasks
    assert (one.name.text, prisma(one), bool(one.temporary)) == ("test", ["db push"], True)
    assert (other.name.text, prisma(other), bool(other.lasting)) == ("deploy", ["migrate deploy"], True)


def test_a_database_of_all_jobs_of_gitlab_passes() -> None:
    text = "services:\n  - postgres:16\ntest:\n  script:\n    - npx prisma db push\n"
    (task,) = read(".gitlab-ci.yml", text).tasks
    assert task.temporary


def test_jobs_of_circleci_are_tasks() -> None:
    text = """
version: 2.1
jobs:
  build:
    docker:
      - image: cimg/node:22.0
      - image: cimg/postgres:16.0
    steps:
      - checkout
      - run: npx prisma db push
      - run:
          name: Generate
          command: npx prisma migrate deploy
"""
    (task,) = read("config.yml", text).tasks
    assert prisma(task) == ["db push", "migrate deploy"]
    assert task.temporary


def test_steps_of_bitbucket_and_azure_are_tasks() -> None:
    bitbucket = """
pipelines:
  branches:
    main:
      - step:
          name: Deploy
          deployment: production
          script:
            - npx prisma migrate deploy
"""
    (task,) = read("bitbucket-pipelines.yml", bitbucket).tasks
    assert prisma(task) == ["migrate deploy"]
    assert task.lasting
    azure = "steps:\n  - script: npx prisma migrate deploy\n    displayName: Migrate\n"
    assert tasks("azure-pipelines.yml", azure) == [("job", "steps", ["migrate deploy"])]


def test_services_of_compose_are_started() -> None:
    text = """
services:
  db:
    image: postgres:16
  api:
    build: .
    command: sh -c "npx prisma migrate deploy && node server.js"
  worker:
    command:
      [
        "sh", "-c",
        "npx prisma db push && node worker.js",
      ]
  other:
    entrypoint: ["npx", "prisma", "migrate", "dev"]
  words:
    command:
      - npx
      - prisma
      - migrate
      - reset
"""
    found = read("compose.yaml", text)
    assert found.kind == "compose"
    assert [(it.kind, it.name.text, prisma(it)) for it in found.tasks] == [
        ("start", "api", ["migrate deploy"]),
        ("start", "worker", ["db push"]),
        ("start", "other", ["migrate dev"]),
        ("start", "words", ["migrate reset"]),
    ]


def test_manifests_of_kubernetes_start_pods() -> None:
    text = """
apiVersion: v1
kind: Service
metadata:
  name: api
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      initContainers:
        - name: migrate
          command: ["npx", "prisma", "migrate", "deploy"]
      containers:
        - name: api
          args:
            - |
              npx prisma db push
              node server.js
"""
    found = read("api.yaml", text)
    assert found.kind == "manifest"
    assert [(it.kind, it.name.text, prisma(it)) for it in found.tasks] == [
        ("start", "api", ["migrate deploy", "db push"])
    ]


def test_a_blueprint_of_render_says_when() -> None:
    text = """
services:
  - type: web
    name: api
    buildCommand: npm ci && npx prisma db push
    preDeployCommand: npx prisma migrate deploy
    startCommand: npx prisma migrate dev
"""
    assert tasks("render.yaml", text) == [
        ("build", "api", ["db push"]),
        ("release", "api", ["migrate deploy"]),
        ("start", "api", ["migrate dev"]),
    ]


def test_yaml_about_something_else_runs_nothing() -> None:
    assert read("openapi.yaml", "openapi: 3.0.0\ninfo:\n  title: npx prisma db push\n").tasks == ()


def test_a_dockerfile_builds_and_starts() -> None:
    text = """FROM node:22 AS base
RUN npm ci && \\
    # comments may stand between
    npx prisma migrate dev
FROM base AS dev
CMD ["npm", "run", "dev"]
FROM base
RUN --mount=type=cache,target=/x npx prisma db push
CMD ["npm", "start"]
ENTRYPOINT ["sh", "-c", "npx prisma migrate deploy && exec \\"$@\\"", "--"]
cmd npx prisma migrate reset
"""
    assert tasks("Dockerfile", text) == [
        ("image", "base", ["migrate dev"]),
        ("start", "dev", []),
        ("image", "base", ["db push"]),
        ("start", "base", ["migrate reset", "migrate deploy"]),
    ]


def test_a_here_document_of_a_dockerfile_is_run() -> None:
    text = "FROM node\nRUN <<EOF\nnpm ci\nnpx prisma db push\nEOF\nCMD npx prisma migrate deploy\n"
    assert tasks("Dockerfile", text) == [
        ("image", "node", ["db push"]),
        ("start", "node", ["migrate deploy"]),
    ]


def test_recipes_belong_to_their_targets() -> None:
    text = "X := 1\n.PHONY: deploy\ndeploy: build\n\t@npx prisma migrate deploy\n\nreset:\n\t-npx prisma migrate reset\n"
    assert tasks("Makefile", text) == [
        ("script", "deploy", ["migrate deploy"]),
        ("script", "reset", ["migrate reset"]),
    ]


def test_processes_start_and_release() -> None:
    text = "release: npx prisma migrate deploy\nweb: npx prisma db push && node server.js\n"
    assert tasks("Procfile", text) == [
        ("release", "release", ["migrate deploy"]),
        ("start", "web", ["db push"]),
    ]


def test_platforms_are_told_in_json_and_toml() -> None:
    assert tasks("vercel.json", '{"buildCommand": "npx prisma db push && next build"}') == [
        ("build", "buildCommand", ["db push"])
    ]
    assert tasks("railway.json", '{"deploy": {"preDeployCommand": ["npx prisma migrate deploy"]}}') == [
        ("release", "preDeployCommand", ["migrate deploy"])
    ]
    assert tasks("fly.toml", '[deploy]\n  release_command = "npx prisma migrate deploy"\n') == [
        ("release", "release_command", ["migrate deploy"])
    ]
    assert tasks("netlify.toml", "[build]\n  command = 'npx prisma db push'\n  publish = 'x'\n") == [
        ("build", "command", ["db push"])
    ]
    assert tasks("nixpacks.toml", '[phases.build]\ncmds = ["npm ci", "npx prisma db push"]\n') == [
        ("build", "cmds", ["db push"])
    ]


def test_scripts_of_a_package_are_tasks() -> None:
    text = """{
  "name": "@acme/api",
  "scripts": {
    "dev": "next dev",
    "build": "prisma generate && prisma db push",
    "say": "echo \\"hello\\"",
    "db:reset": "sh -c \\"prisma migrate reset --force\\""
  },
  "dependencies": {"build": "npx prisma db push"}
}"""
    found = {it.name.text: prisma(it) for it in read_scripts(text)}
    assert found == {"dev": [], "build": ["db push"], "db:reset": ["migrate reset --force"]}
    assert package_name(text) == "@acme/api"


def test_a_broken_package_json_costs_nothing() -> None:
    assert [it.name.text for it in read_scripts('{"scripts": {"build": "prisma db push", "x": ')] == ["build"]
    assert read_scripts("{") == ()
    assert package_name("{") is None


def test_a_comment_speaks_to_the_linter() -> None:
    text = "FROM node\n# crowsfoot: allow db-push-in-deploy -- no users yet\nCMD npx prisma db push\n"
    (comment,) = read("Dockerfile", text).comments
    assert comment.rules == ("db-push-in-deploy",)
    assert comment.covers
    assert text[comment.covers.start : comment.covers.end] == "CMD npx prisma db push"
    (problem,) = read("run.sh", "# crowsfoot: alow x\n").problems
    assert "did you mean `allow`" in problem.message


@given(
    st.sampled_from(("ci.yml", "Dockerfile", "run.sh", "Makefile", "Procfile", "fly.toml", "vercel.json")),
    st.lists(
        st.sampled_from(
            (
                "jobs:\n",
                "  a:\n",
                "    steps:\n",
                "      - run: |\n",
                "npx prisma db push\n",
                "services:\n",
                "  - x\n",
                "kind: Job\n",
                "FROM a\n",
                "RUN ",
                "CMD [",
                '"sh", "-c", ',
                "]\n",
                "<<EOF\n",
                "EOF\n",
                "\\\n",
                "a:\n",
                "\t",
                "release: ",
                '"cmd": "',
                'cmds = ["',
                '"',
                "'",
                "# crowsfoot: allow x\n",
                "${{ secrets.X }}",
                "DATABASE_URL=",
                "on: push\n",
                "\r\n",
                "\x00",
            )
        ),
        max_size=25,
    ),
)
def test_whatever_a_file_holds_it_is_read_and_every_range_lies_in_it(name: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    for task in read(name, text).tasks:
        places = [task.name.range, task.temporary, task.lasting]
        for command in task.commands:
            places += [command.range, *(it.range for it in command.words)]
        assert all(0 <= it.start <= it.end <= len(text) for it in places if it)
