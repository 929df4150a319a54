/* text/failure_words.c: see jw/failure_words.h. One row a word, one column a language. Any thread,
 * no state. */
#include "jw/failure_words.h"
#include "text/language.h"

/* In the order of jw_languages. */
static const char *const words[JW_FAILURE_N][JW_N_LANGUAGES] = {
    [JW_FAILURE_SUBJECT] = { "Failed: {1}", "Fehlgeschlagen: {1}", "Échec : {1}", "Error: {1}",
                             "Başarısız: {1}" },
    [JW_FAILURE_KIND] = { "Failed: there is no report", "Fehlgeschlagen: Es gibt keinen Bericht",
                          "Échec : il n’y a pas de rapport", "Error: no hay informe",
                          "Başarısız: rapor yok" },
    [JW_FAILURE_SENTENCE] = { "This job has failed; there is no report.",
                              "Dieser Auftrag ist fehlgeschlagen; es gibt keinen Bericht.",
                              "Cette tâche a échoué ; il n’y a pas de rapport.",
                              "Esta tarea ha fallado; no hay informe.",
                              "Bu iş başarısız oldu; rapor yok." },
    [JW_FAILURE_WHY] = { "Why", "Warum", "Pourquoi", "Por qué", "Neden" },
    [JW_FAILURE_WHAT_TO_DO] = { "What to do", "Was zu tun ist", "Que faire", "Qué hacer",
                                "Ne yapmalı" },
    [JW_FAILURE_TYPE] = { "Report type", "Berichtstyp", "Type de rapport", "Tipo de informe",
                          "Rapor türü" },
    [JW_FAILURE_ASKED_AT] = { "Asked for", "Angefordert", "Demandé", "Solicitado", "İstendi" },
    [JW_FAILURE_FAILED_AT] = { "Failed", "Fehlgeschlagen", "Échec", "Falló", "Başarısız oldu" },
    [JW_FAILURE_ATTEMPTS] = { "{1}, after {2} attempts", "{1}, nach {2} Versuchen",
                              "{1}, après {2} tentatives", "{1}, tras {2} intentos",
                              "{1}, {2} denemeden sonra" },
    [JW_FAILURE_OFF] = { "You get this mail because the job is yours. Jobs with "
                         "delivery.onFailure \"none\" send none.",
                         "Sie erhalten diese E-Mail, weil der Auftrag Ihrer ist. Aufträge mit "
                         "delivery.onFailure \"none\" senden keine.",
                         "Vous recevez cet e-mail parce que la tâche est la vôtre. Les tâches avec "
                         "delivery.onFailure \"none\" n’en envoient pas.",
                         "Recibe este correo porque la tarea es suya. Las tareas con "
                         "delivery.onFailure \"none\" no envían ninguno.",
                         "Bu e-postayı, iş size ait olduğu için alıyorsunuz. delivery.onFailure "
                         "\"none\" olan işler göndermez." },
    [JW_FAILURE_TOO_LONG] = { "It took longer than it may take.",
                              "Er dauerte länger, als er dauern darf.",
                              "Elle a duré plus longtemps que permis.",
                              "Ha tardado más de lo permitido.", "İzin verilenden uzun sürdü." },
    [JW_FAILURE_TOO_LARGE] = { "Its file became larger than a file may be.",
                               "Seine Datei wurde größer, als eine Datei sein darf.",
                               "Son fichier a dépassé la taille permise.",
                               "Su archivo superó el tamaño permitido.",
                               "Dosyası izin verilenden büyük oldu." },
    [JW_FAILURE_MANY_RECORDS] = { "Its list has more records than a file of that format may list.",
                                  "Seine Liste hat mehr Datensätze, als eine Datei dieses Formats "
                                  "auflisten darf.",
                                  "Sa liste compte plus d’enregistrements qu’un fichier de ce "
                                  "format ne peut en contenir.",
                                  "Su lista tiene más registros de los que admite un archivo de "
                                  "ese formato.",
                                  "Listesinde, bu biçimdeki bir dosyanın alabileceğinden çok kayıt "
                                  "var." },
    [JW_FAILURE_MANY_GROUPS] = { "Its tables have more groups than they may have.",
                                 "Seine Tabellen haben mehr Gruppen, als sie haben dürfen.",
                                 "Ses tableaux comptent plus de groupes que permis.",
                                 "Sus tablas tienen más grupos de los permitidos.",
                                 "Tablolarında izin verilenden çok grup var." },
    [JW_FAILURE_NOT_READY] = { "The data that it is to report on was not ready in time.",
                               "Die Daten, über die er berichten soll, waren nicht rechtzeitig "
                               "bereit.",
                               "Les données dont elle doit rendre compte n’étaient pas prêtes à "
                               "temps.",
                               "Los datos de los que debe informar no estaban listos a tiempo.",
                               "Raporlanacak veriler zamanında hazır değildi." },
    [JW_FAILURE_DIED] = { "It was interrupted each time, because the process or machine that did "
                          "it stopped.",
                          "Er wurde jedes Mal unterbrochen, weil der Prozess oder der Rechner, der "
                          "ihn ausführte, stehen blieb.",
                          "Elle a été interrompue à chaque fois, parce que le processus ou la "
                          "machine qui l’exécutait s’est arrêté.",
                          "Se interrumpió cada vez, porque el proceso o la máquina que la "
                          "ejecutaba se detuvo.",
                          "Her seferinde, onu yürüten süreç veya makine durduğu için kesildi." },
    [JW_FAILURE_UNREACHABLE] = { "A server that it needs could not be reached.",
                                 "Ein Server, den er braucht, war nicht erreichbar.",
                                 "Un serveur dont elle a besoin était injoignable.",
                                 "No se pudo acceder a un servidor que necesita.",
                                 "Gereken bir sunucuya ulaşılamadı." },
    [JW_FAILURE_BUSY] = { "A server that it needs had too much to do.",
                          "Ein Server, den er braucht, hatte zu viel zu tun.",
                          "Un serveur dont elle a besoin était surchargé.",
                          "Un servidor que necesita estaba sobrecargado.",
                          "Gereken bir sunucu çok meşguldü." },
    [JW_FAILURE_INVALID] = { "What was asked for cannot be done here.",
                             "Was angefordert wurde, ist hier nicht möglich.",
                             "Ce qui a été demandé ne peut pas être fait ici.",
                             "Lo solicitado no se puede hacer aquí.", "İstenen burada yapılamaz." },
    [JW_FAILURE_NOT_FOUND] = { "Something that it needs is not there any more, such as its report "
                               "type.",
                               "Etwas, das er braucht, ist nicht mehr da, etwa sein Berichtstyp.",
                               "Quelque chose dont elle a besoin n’est plus là, par exemple son "
                               "type de rapport.",
                               "Algo que necesita ya no está, por ejemplo su tipo de informe.",
                               "Gereken bir şey artık yok, örneğin rapor türü." },
    [JW_FAILURE_DENIED] = { "It would show records outside of your departments.",
                            "Er würde Datensätze außerhalb Ihrer Abteilungen zeigen.",
                            "Elle montrerait des enregistrements hors de vos départements.",
                            "Mostraría registros ajenos a sus departamentos.",
                            "Departmanlarınızın dışındaki kayıtları gösterirdi." },
    [JW_FAILURE_CORRUPT] = { "Its data or its file did not pass the check that comes before "
                             "publishing.",
                             "Seine Daten oder seine Datei haben die Prüfung vor der "
                             "Veröffentlichung nicht bestanden.",
                             "Ses données ou son fichier n’ont pas passé le contrôle qui précède "
                             "la publication.",
                             "Sus datos o su archivo no superaron la comprobación previa a la "
                             "publicación.",
                             "Verileri veya dosyası, yayımlamadan önceki denetimi geçemedi." },
    [JW_FAILURE_INTERNAL] = { "An internal error happened.", "Ein interner Fehler ist aufgetreten.",
                              "Une erreur interne s’est produite.",
                              "Se ha producido un error interno.", "Bir iç hata oluştu." },
    [JW_ADVICE_SHORTER_OR_TIME] = { "Ask for a shorter period or with narrower filters. If it has "
                                    "to be that large, ask the operator of Jobwire for more time.",
                                    "Fordern Sie einen kürzeren Zeitraum oder engere Filter an. "
                                    "Muss der Bericht so groß sein, bitten Sie den Betreiber von "
                                    "Jobwire um mehr Zeit.",
                                    "Demandez une période plus courte ou des filtres plus étroits. "
                                    "S’il doit être aussi grand, demandez plus de temps à "
                                    "l’exploitant de Jobwire.",
                                    "Pida un período más corto o filtros más estrechos. Si tiene "
                                    "que ser tan grande, pida más tiempo al operador de Jobwire.",
                                    "Daha kısa bir dönem veya daha dar filtreler isteyin. Bu kadar "
                                    "büyük olması gerekiyorsa Jobwire işletmeninden daha çok süre "
                                    "isteyin." },
    [JW_ADVICE_SHORTER] = { "Ask for a shorter period or with narrower filters.",
                            "Fordern Sie einen kürzeren Zeitraum oder engere Filter an.",
                            "Demandez une période plus courte ou des filtres plus étroits.",
                            "Pida un período más corto o filtros más estrechos.",
                            "Daha kısa bir dönem veya daha dar filtreler isteyin." },
    [JW_ADVICE_MANY_RECORDS] = { "Ask for a workbook or a CSV file, which list all records, or for "
                                 "the tables alone (output.content \"tables\"). Or ask for a "
                                 "shorter period or with narrower filters.",
                                 "Fordern Sie eine Arbeitsmappe oder CSV-Datei an, die alle "
                                 "Datensätze auflisten, oder nur die Tabellen (output.content "
                                 "\"tables\"). Oder fordern Sie einen kürzeren Zeitraum oder "
                                 "engere Filter an.",
                                 "Demandez un classeur ou un fichier CSV, qui listent tous les "
                                 "enregistrements, ou les tableaux seuls (output.content "
                                 "\"tables\"). Ou demandez une période plus courte ou des filtres "
                                 "plus étroits.",
                                 "Pida un libro o un archivo CSV, que listan todos los registros, "
                                 "o solo las tablas (output.content \"tables\"). O pida un período "
                                 "más corto o filtros más estrechos.",
                                 "Tüm kayıtları listeleyen bir çalışma kitabı veya CSV dosyası ya "
                                 "da yalnızca tabloları (output.content \"tables\") isteyin. Ya da "
                                 "daha kısa bir dönem veya daha dar filtreler isteyin." },
    [JW_ADVICE_MANY_GROUPS] = { "Ask for fewer dimensions at once, for a shorter period or with "
                                "narrower filters. A workbook may have more groups than a PDF.",
                                "Fordern Sie weniger Dimensionen auf einmal, einen kürzeren "
                                "Zeitraum oder engere Filter an. Eine Arbeitsmappe darf mehr "
                                "Gruppen haben als ein PDF.",
                                "Demandez moins de dimensions à la fois, une période plus courte "
                                "ou des filtres plus étroits. Un classeur peut avoir plus de "
                                "groupes qu’un PDF.",
                                "Pida menos dimensiones a la vez, un período más corto o filtros "
                                "más estrechos. Un libro puede tener más grupos que un PDF.",
                                "Aynı anda daha az boyut, daha kısa bir dönem veya daha dar "
                                "filtreler isteyin. Bir çalışma kitabında PDF’dekinden çok grup "
                                "olabilir." },
    [JW_ADVICE_NOT_READY] = { "Once the data is there, retry the job or ask for the report again.",
                              "Wiederholen Sie den Auftrag, sobald die Daten da sind, oder fordern "
                              "Sie den Bericht neu an.",
                              "Une fois les données là, relancez la tâche ou refaites la demande.",
                              "Cuando los datos estén, reintente la tarea o vuelva a pedir el "
                              "informe.",
                              "Veriler gelince işi yeniden başlatın veya raporu yeniden isteyin." },
    [JW_ADVICE_AGAIN] = { "Nothing is wrong with what you asked for: ask for it again. If that "
                          "fails too, tell the operator of Jobwire.",
                          "Mit Ihrer Anforderung ist alles in Ordnung: Fordern Sie den Bericht "
                          "noch einmal an. Misslingt auch das, sagen Sie es dem Betreiber von "
                          "Jobwire.",
                          "Votre demande est correcte : refaites-la. Si elle échoue encore, "
                          "prévenez l’exploitant de Jobwire.",
                          "Su solicitud es correcta: vuelva a hacerla. Si también falla, avise al "
                          "operador de Jobwire.",
                          "İsteğinizde bir yanlış yok: yeniden isteyin. O da başarısız olursa "
                          "Jobwire işletmenine bildirin." },
    [JW_ADVICE_LATER] = { "Ask for it again later.",
                          "Fordern Sie den Bericht später noch einmal an.",
                          "Refaites la demande plus tard.", "Vuelva a pedirlo más tarde.",
                          "Daha sonra yeniden isteyin." },
    [JW_ADVICE_LOOK] = { "Look at what you asked for: the report type, its filters and the format. "
                         "Then ask again.",
                         "Prüfen Sie Ihre Anforderung: den Berichtstyp, seine Filter und das "
                         "Format. Fordern Sie dann neu an.",
                         "Vérifiez votre demande : le type de rapport, ses filtres et le format. "
                         "Puis refaites-la.",
                         "Revise su solicitud: el tipo de informe, sus filtros y el formato. Luego "
                         "vuelva a pedirlo.",
                         "İsteğinize bakın: rapor türü, filtreleri ve biçimi. Sonra yeniden "
                         "isteyin." },
    [JW_ADVICE_TYPES] = { "See which report types there are, and ask again.",
                          "Sehen Sie nach, welche Berichtstypen es gibt, und fordern Sie neu an.",
                          "Voyez quels types de rapport existent, puis refaites la demande.",
                          "Vea qué tipos de informe existen y vuelva a pedirlo.",
                          "Hangi rapor türlerinin olduğuna bakın ve yeniden isteyin." },
    [JW_ADVICE_DEPARTMENTS] = { "If you named departments, name only your own. If you named none, "
                                "this report cannot be limited to yours: tell the operator of "
                                "Jobwire, and name the job.",
                                "Wenn Sie Abteilungen genannt haben, nennen Sie nur Ihre eigenen. "
                                "Wenn Sie keine genannt haben, lässt sich dieser Bericht nicht auf "
                                "Ihre beschränken: Sagen Sie es dem Betreiber von Jobwire und "
                                "nennen Sie den Auftrag.",
                                "Si vous avez nommé des départements, ne nommez que les vôtres. "
                                "Sinon, ce rapport ne peut pas être limité aux vôtres : prévenez "
                                "l’exploitant de Jobwire en nommant la tâche.",
                                "Si indicó departamentos, indique solo los suyos. Si no indicó "
                                "ninguno, este informe no se puede limitar a los suyos: avise al "
                                "operador de Jobwire e indique la tarea.",
                                "Departman belirttiyseniz yalnızca kendinizinkileri belirtin. "
                                "Belirtmediyseniz bu rapor sizinkilerle sınırlanamaz: işi "
                                "belirterek Jobwire işletmenine bildirin." },
    [JW_ADVICE_TELL] = { "Tell the operator of Jobwire, and name the job.",
                         "Sagen Sie es dem Betreiber von Jobwire und nennen Sie den Auftrag.",
                         "Prévenez l’exploitant de Jobwire en nommant la tâche.",
                         "Avise al operador de Jobwire e indique la tarea.",
                         "İşi belirterek Jobwire işletmenine bildirin." },
    [JW_ADVICE_AGAIN_OR_TELL] = { "Ask for it again. If that fails too, tell the operator of "
                                  "Jobwire, and name the job.",
                                  "Fordern Sie den Bericht noch einmal an. Misslingt auch das, "
                                  "sagen Sie es dem Betreiber von Jobwire und nennen Sie den "
                                  "Auftrag.",
                                  "Refaites la demande. Si elle échoue encore, prévenez "
                                  "l’exploitant de Jobwire en nommant la tâche.",
                                  "Vuelva a pedirlo. Si también falla, avise al operador de "
                                  "Jobwire e indique la tarea.",
                                  "Yeniden isteyin. O da başarısız olursa işi belirterek Jobwire "
                                  "işletmenine bildirin." },
};

const char *
jw_failure_word(JwFailureWord word, const char *language)
{
    const char *loaded = jw_language_word(language, JW_WORDS_FAILURE, word);

    return loaded != NULL ? loaded : words[word][jw_language_index(language)];
}

char *
jw_failure_word_fill(JwFailureWord word, const char *language, const char *first,
                     const char *second)
{
    return jw_language_fill(jw_failure_word(word, language), first, second);
}
